declare module 'virtual:ipcase-labels' {
	const labels: import('../labels').Labels;
	export default labels;
}
