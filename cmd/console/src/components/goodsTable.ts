// The goods list as cells of text and as the daemon takes it; what comes out of a spreadsheet by the clipboard.
import { parseYuan, yuan } from '@/format';

export interface GoodsColumn {
	name: string;
	zh: string;
	type: string;
	required?: boolean;
	max?: number;
}
/** A line as the daemon has it: texts, whole numbers, fen. What cannot be read stays as it was typed. */
export type GoodsLine = Record<string, string | number>;
/** A line as it is typed. */
export type GoodsCells = Record<string, string>;

export interface Pasted {
	rows: GoodsCells[];
	/** Titles of a header row that match no column. */
	unknown: string[];
	header: boolean;
}

const TITLES: Record<string, string[]> = {
	item: ['序号', '编号', '项号'],
	name: ['物品名称', '名称', '品名', '商品名称', '货物名称', '产品名称', '涉案物品', '涉案物品名称', '物品', '商品'],
	brand: ['品牌', '商标', '品牌（商标）', '标注商标', '注册商标'],
	spec: ['型号规格', '规格型号', '规格', '型号', '规格（型号）'],
	unit: ['单位', '计量单位'],
	quantity: ['数量', '登记数量', '清单数量'],
	handed: ['实际移交数量', '实交数量', '移交数量'],
	reason: ['差异原因'],
	condition: ['特征和状况', '特征', '状况', '特征状况', '备注'],
	value_fen: ['价值', '金额', '货值', '货值金额', '总价', '总金额', '价值（元）', '金额（元）', '货值金额（元）', '总价（元）'],
	price: ['单价', '单价（元）', '销售单价', '标价'],
	measure_no: ['强制措施文书号', '文书号'],
	place: ['存放地点', '地点', '存放地'],
	custodian: ['保管人'],
	seal_no: ['封签号', '封条号', '封签'],
};
const TEN_THOUSAND = /[（(]?万元[)）]?$/;
const TOTAL_ROW = /^(合计|总计|小计|共计)[:：]?$/;

export const fold = (s: string) => s.normalize('NFKC').replace(/[\s()（）:：*]/g, '').toLowerCase();
const known = new Map(Object.entries(TITLES).flatMap(([name, titles]) => titles.map((x) => [fold(x), name] as const)));

/** Cells of a clipboard text: tabs, line ends, "..." around cells that hold either, "" for a quote. */
export function parseTable(text: string): string[][] {
	const rows: string[][] = [];
	let row: string[] = [], i = 0;
	const src = text.replace(/\r\n?/g, '\n').replace(/\n$/, '');
	const quotedEnd = (from: number) => {
		for (let k = from + 1; k < src.length; k++) {
			if (src[k] !== '"') continue;
			if (src[k + 1] === '"') k++;
			else return k + 1 === src.length || src[k + 1] === '\t' || src[k + 1] === '\n' ? k : -1;
		}
		return -1;
	};
	for (;;) {
		const end = src[i] === '"' ? quotedEnd(i) : -1;
		let cell: string;
		if (end >= 0) {
			cell = src.slice(i + 1, end).replace(/""/g, '"');
			i = end + 1;
		} else {
			let k = i;
			while (k < src.length && src[k] !== '\t' && src[k] !== '\n') k++;
			cell = src.slice(i, k);
			i = k;
		}
		row.push(cell.replace(/\s*\n\s*/g, ' ').trim());
		if (i >= src.length || src[i] === '\n') {
			rows.push(row);
			row = [];
		}
		if (i >= src.length) return rows;
		i++;
	}
}

interface Target {
	name: string;
	wan: boolean;
}

function targetOf(title: string): Target | null {
	const direct = known.get(fold(title));
	if (direct) return { name: direct, wan: false };
	const bare = title.normalize('NFKC').replace(TEN_THOUSAND, '');
	const name = bare !== title.normalize('NFKC') ? known.get(fold(bare)) : undefined;
	return name === 'value_fen' || name === 'price' ? { name, wan: true } : null;
}

function put(cells: GoodsCells, target: Target, text: string): void {
	if (text === '') return;
	if (target.name === 'quantity' || target.name === 'handed') {
		// 55桶, ５５: the number, and the unit when there is no column for it.
		const m = /^([\d,]+)\s*([^\d\s.,]{1,6})?$/.exec(text.normalize('NFKC').trim());
		cells[target.name] = m ? m[1].replace(/,/g, '') : text;
		if (m?.[2] && !cells.unit) cells.unit = m[2];
	} else cells[target.name] = target.wan ? `${text}万` : text;
}

function finish(cells: GoodsCells): GoodsCells {
	if (cells.price !== undefined) {
		const price = parseYuan(cells.price);
		const count = /^\d+$/.test(cells.quantity ?? '') ? BigInt(cells.quantity) : null;
		if (!cells.value_fen && price && count !== null) cells.value_fen = yuan(String(BigInt(price) * count));
		delete cells.price;
	}
	return cells;
}

/** What was pasted into column `at` of `order`. A header row says itself which column is which. */
export function readPaste(text: string, order: string[], at: string): Pasted {
	const table = parseTable(text).filter((r) => r.some((c) => c !== ''));
	// A merged title may stand above the header.
	const titled = table.slice(0, 5).findIndex((r) => {
		const hits = r.map(targetOf);
		return hits.filter(Boolean).length >= 2 || (hits.length === 1 && hits[0]?.name === 'name');
	});
	const header = titled >= 0;
	const from = Math.max(0, order.indexOf(at));
	const targets = header ? table[titled].map(targetOf) : order.slice(from).map((name): Target => ({ name, wan: false }));
	const rows = table
		.slice(header ? titled + 1 : 0)
		.filter((r) => !r.some((c) => TOTAL_ROW.test(c.replace(/\s/g, ''))))
		.map((r) => {
			const cells: GoodsCells = {};
			r.forEach((c, i) => targets[i] && put(cells, targets[i], c));
			return finish(cells);
		})
		.filter((cells) => !isEmpty(cells));
	return { rows, header, unknown: header ? table[titled].filter((c, i) => c !== '' && !targets[i]) : [] };
}

export const isEmpty = (cells: GoodsCells) => Object.entries(cells).every(([k, v]) => k === 'item' || v.trim() === '');

const whole = (s: string) => s.normalize('NFKC').replace(/[,\s]/g, '');

/** Why a cell cannot be read: 'int', 'money', 'missing', or ''. Only lines that say something lack something. */
export function cellProblem(column: GoodsColumn, cells: GoodsCells): '' | 'int' | 'money' | 'missing' {
	const text = (cells[column.name] ?? '').trim();
	if (text === '') return column.required && column.name !== 'item' && !isEmpty(cells) ? 'missing' : '';
	if (column.type === 'int' && !/^\d{1,10}$/.test(whole(text))) return 'int';
	return column.type === 'money' && parseYuan(text) === null ? 'money' : '';
}

export function toLine(columns: GoodsColumn[], cells: GoodsCells): GoodsLine {
	const line: GoodsLine = {};
	for (const c of columns) {
		const text = (cells[c.name] ?? '').trim();
		if (text === '') continue;
		if (c.type === 'int') line[c.name] = cellProblem(c, cells) ? text : Number(whole(text));
		else if (c.type === 'money') line[c.name] = cellProblem(c, cells) ? text : Number(parseYuan(text));
		else line[c.name] = text;
	}
	return line;
}

export function toCells(columns: GoodsColumn[], line: GoodsLine): GoodsCells {
	const cells: GoodsCells = {};
	for (const c of columns) {
		const v = line[c.name];
		if (v === undefined || v === null || v === '') continue;
		cells[c.name] = c.type === 'money' && /^\d+$/.test(String(v)) ? yuan(v) : String(v);
	}
	return cells;
}

/** Lines without a number get the next free one. */
export function numbered(lines: GoodsLine[]): GoodsLine[] {
	const used = new Set(lines.map((l) => String(l.item ?? '')));
	let next = 1;
	return lines.map((l) => {
		if (l.item !== undefined && l.item !== '') return l;
		while (used.has(String(next))) next++;
		used.add(String(next));
		return { item: String(next), ...l };
	});
}

export interface GoodsTotals {
	lines: number;
	/** 55桶、12瓶 */
	counts: { unit: string; quantity: number }[];
	fen: string;
	/** Lines without a value: the sum is then a part only. */
	unvalued: number;
}

export function totals(lines: GoodsLine[]): GoodsTotals {
	const counts = new Map<string, number>();
	let fen = 0n, unvalued = 0;
	for (const l of lines) {
		if (typeof l.quantity === 'number') counts.set(String(l.unit ?? ''), (counts.get(String(l.unit ?? '')) ?? 0) + l.quantity);
		if (typeof l.value_fen === 'number') fen += BigInt(l.value_fen);
		else unvalued++;
	}
	return { lines: lines.length, counts: [...counts].map(([unit, quantity]) => ({ unit, quantity })), fen: String(fen), unvalued };
}

/** The list as one text, for papers that know no table: 机油（甲牌，4升）55桶，价值1,200元；… */
export function goodsText(lines: GoodsLine[]): string {
	return lines
		.filter((l) => l.name)
		.map((l) => {
			const about = [l.brand, l.spec].filter(Boolean).join('，');
			const count = l.quantity === undefined ? '' : `${l.quantity}${l.unit ?? ''}`;
			const value = typeof l.value_fen === 'number' ? `，价值${yuan(l.value_fen)}元` : '';
			return `${l.name}${about ? `（${about}）` : ''}${count}${value}${l.condition ? `，${l.condition}` : ''}`;
		})
		.join('；');
}
