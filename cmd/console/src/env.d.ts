declare module '*.vue' {
	import type { DefineComponent } from 'vue';
	const component: DefineComponent<object, object, unknown>;
	export default component;
}

declare module 'virtual:field-labels' {
	const labels: Record<string, [label: string, type: string]>;
	export default labels;
}
