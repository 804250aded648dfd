// Charts, loaded only when one is shown: the parts of ECharts that are used, nothing else. Canvas, because an SVG's style attributes
// are against the content security policy. Patterns, so that nothing is told by colour alone.
import { BarChart, LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([BarChart, LineChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, CanvasRenderer]);

export interface ChartSeries {
	name: string;
	/** Null: there is no such figure (a rate without denominator). */
	values: (number | null)[];
}
export interface ChartData {
	kind: 'bar' | 'line';
	label: string;
	names: string[];
	series: ChartSeries[];
	unit: string;
	/** Highest value of the axis: 100 for rates. */
	max?: number;
}

export type Chart = EChartsType;

export function makeChart(dom: HTMLElement): Chart {
	return init(dom, null, { renderer: 'canvas', locale: 'ZH' });
}

const COLOURS = ['#1a56b0', '#b06a00', '#1c6b3c', '#8f1e18'];

export function drawChart(chart: Chart, d: ChartData): void {
	const flat = d.kind === 'bar' && d.names.some((n) => n.length > 6);
	const names = { type: 'category' as const, data: d.names, inverse: flat, axisLabel: { color: '#333d4b', width: flat ? 120 : undefined, overflow: 'truncate' as const } };
	const values = { type: 'value' as const, name: d.unit, max: d.max, minInterval: d.max ? undefined : d.unit === '件' ? 1 : undefined, nameTextStyle: { color: '#333d4b' }, axisLabel: { color: '#333d4b' } };
	chart.setOption({
		animation: false,
		color: COLOURS,
		aria: { enabled: true, label: { description: d.label }, decal: { show: d.kind === 'bar' && d.series.length > 1 } },
		tooltip: { trigger: 'axis', renderMode: 'richText', confine: true, axisPointer: { type: d.kind === 'bar' ? 'shadow' : 'line' } },
		legend: d.series.length > 1 ? { top: 0, textStyle: { color: '#1c2430' } } : undefined,
		grid: { left: 8, right: 16, top: d.series.length > 1 ? 36 : 28, bottom: 4, containLabel: true },
		xAxis: flat ? values : names,
		yAxis: flat ? names : values,
		series: d.series.map((s) => ({
			type: d.kind, name: s.name, data: s.values.map((v) => v ?? '-'), barMaxWidth: 28, connectNulls: false,
			symbolSize: 7, label: { show: d.names.length * d.series.length <= 14, position: flat ? ('right' as const) : ('top' as const), color: '#1c2430' },
		})),
	}, true);
}
