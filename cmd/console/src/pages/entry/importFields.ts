// The import record: its fields, the titles they have on papers and lists, and how a cell becomes a value. The same as the command
// line's (cmd/ipcase/import_map.c), so that a file gives the same record both ways.
import { CANNOT_COMPUTE, parseDay } from '@/format';
import { t } from '@/texts/import';

export type FieldType = 'text' | 'int' | 'money' | 'date' | 'bool' | 'list';

export interface RecordField {
	name: string;
	zh: string;
	type: FieldType;
	/** Present in every record, null when not known. */
	always: boolean;
	titles: string[];
}

const field = (name: string, type: FieldType, always: boolean, ...titles: string[]): RecordField => ({ name, zh: titles[0], type, always, titles });

export const FIELDS: RecordField[] = [
	field('id', 'text', true, '编号', '原始编号'),
	field('campaign', 'text', true, '专项行动'),
	field('year', 'int', true, '年度', '年份'),
	field('agency', 'text', true, '办案机关', '办案单位', '作出行政处罚决定机关名称'),
	field('region', 'text', true, '地区', '区划'),
	field('ip_type', 'text', true, '知识产权类型'),
	field('ip_subtype', 'text', false, '违法行为类型', '案由'),
	field('party_name', 'text', true, '当事人', '当事人名称', '被处罚单位名称'),
	field('party_kind', 'text', false, '当事人类型', '行政处罚相对人类别'),
	field('uscc', 'text', true, '统一社会信用代码'),
	field('decision_no', 'text', true, '行政处罚决定书文号', '处罚决定书文号', '决定书文号', '文号'),
	field('clue_source', 'text', true, '案件来源'),
	field('discovery_date', 'date', true, '发现日期', '线索日期'),
	field('filed_date', 'date', true, '立案日期'),
	field('investigation_end_date', 'date', false, '调查终结日期'),
	field('notice_date', 'date', false, '告知日期'),
	field('notice_served_date', 'date', false, '告知书送达日期'),
	field('decision_date', 'date', true, '处罚决定日期', '决定日期', '作出行政处罚决定日期'),
	field('closed_date', 'date', false, '结案日期'),
	field('publish_date', 'date', false, '公示日期'),
	field('facts', 'text', true, '违法事实', '案件事实', '违法的主要事实'),
	field('goods', 'text', true, '涉案物品', '物品'),
	field('goods_qty', 'text', false, '物品数量', '数量'),
	field('goods_value', 'money', true, '货值金额'),
	field('illegal_turnover', 'money', true, '违法经营额'),
	field('illegal_income', 'money', true, '违法所得'),
	field('sales_amount', 'money', false, '销售金额'),
	field('purchase_amount', 'money', false, '购进金额'),
	field('fine', 'money', true, '罚款金额', '罚款'),
	field('confiscated_income', 'money', false, '没收违法所得金额', '没收违法所得'),
	field('confiscation', 'text', true, '没收', '没收物品'),
	field('total_penalty', 'money', false, '罚没款'),
	field('legal_basis', 'list', true, '处罚依据', '行政处罚依据'),
	field('outcome', 'list', true, '处理结果', '行政处罚决定', '行政处罚内容', '处罚内容'),
	field('transferred_to_police', 'bool', true, '移送公安', '是否移送公安'),
	field('parties', 'list', false, '其他当事人'),
	field('right_no', 'list', false, '权利号'),
	field('online', 'bool', false, '网络案件', '是否网络案件'),
	field('source_url', 'text', false, '来源网址'),
	field('note', 'text', false, '备注', '说明'),
];
export const fieldOf = (name: string) => FIELDS.find((f) => f.name === name);

/** One column of the file: which field it gives (''  none), amounts in which unit. */
export interface Mapped {
	field: string;
	wan: boolean;
}

const fold = (s: string) => s.normalize('NFKC').replace(/[\s()（）:：*＊]/g, '').toLowerCase();
const byTitle = new Map(FIELDS.flatMap((f) => [f.name, ...f.titles].map((x) => [fold(x), f.name] as const)));

export function mapTitle(title: string): Mapped {
	const half = title.normalize('NFKC').trim();
	const wan = /[（(]?万元[)）]?$/.test(half);
	const bare = half.replace(/[（(]?(万元|元)[)）]?$/, '');
	const name = byTitle.get(fold(half)) ?? byTitle.get(fold(bare)) ?? '';
	return { field: name, wan: wan && fieldOf(name)?.type === 'money' };
}

/** All columns by their titles; of two for the same field the first. */
export function mapTitles(titles: string[]): Mapped[] {
	const used = new Set<string>();
	return titles.map((title) => {
		const m = mapTitle(title);
		if (!m.field || used.has(m.field)) return { field: '', wan: false };
		used.add(m.field);
		return m;
	});
}

/** The column that the row's number comes from: 编号, else the decision's number. -1: none. */
export function idColumn(mapping: Mapped[]): number {
	const at = mapping.findIndex((m) => m.field === 'id');
	return at >= 0 ? at : mapping.findIndex((m) => m.field === 'decision_no');
}

// ---- cells ----

const STRUCK_OUT = ['/', '\\', '-', '—', '——', '／'];
const struckOut = (s: string) => s === '' || STRUCK_OUT.includes(s);

class CellError extends Error {}

/** Yuan as a number; exact up to 10 trillion. */
export function moneyOf(text: string, wan: boolean): number | string {
	if (text === CANNOT_COMPUTE || text === '无法计算') return CANNOT_COMPUTE;
	let s = text.normalize('NFKC').replace(/\s/g, '').replace(/^人民币/, '').replace(/^[¥￥]/, '').replace(/整$/, '');
	const named = /[元圆]$/.test(s);
	s = s.replace(/[元圆]$/, '');
	let places = wan && !named ? 6 : 2;
	if (s.endsWith('万')) places = 6;
	else if (s.endsWith('亿')) places = 10;
	s = s.replace(/[万亿]$/, '');
	const m = /^(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/.exec(s);
	const fraction = (m?.[2] ?? '').replace(/0+$/, '');
	if (!m || fraction.length > places) throw new CellError(t.error.money(text));
	const fen = BigInt(m[1].replace(/,/g, '') + fraction.padEnd(places, '0'));
	if (fen > 9007199254740991n) throw new CellError(t.error.money(text));
	return Number(`${fen / 100n}.${String(fen % 100n).padStart(2, '0')}`);
}

/** A day; or only a year, or a month of one: published dates can be this short. */
export function dateOf(text: string): string {
	// A day with its time counts as the day.
	const day = parseDay(text) || parseDay(text.normalize('NFKC').trim().replace(/[\sT]+\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$/, ''));
	if (day) return day;
	const m = /^(\d{4})(?:年)?(?:[-./]?(\d{1,2})月?)?$/.exec(text.normalize('NFKC').trim());
	const year = m ? Number(m[1]) : 0, month = m?.[2] ? Number(m[2]) : 0;
	if (!m || year < 1900 || year > 2199 || (m[2] && (month < 1 || month > 12))) throw new CellError(t.error.date(text));
	return m[2] ? `${m[1]}-${m[2].padStart(2, '0')}` : m[1];
}

const YES = ['是', '有', 'true', '1', 'yes', 'y', '√'], NO = ['否', '无', 'false', '0', 'no', 'n', '×'];

function valueOf(type: FieldType, wan: boolean, cell: string): unknown {
	const text = cell.trim();
	if (type === 'list') return struckOut(text) ? [] : text.split(/[;；\n]/).map((x) => x.trim()).filter(Boolean);
	// "/" is an answer in a text, but no amount and no date.
	if (text === '' || (type !== 'text' && struckOut(text))) return null;
	if (type === 'money') return moneyOf(text, wan);
	if (type === 'date') return dateOf(text);
	if (type === 'int') {
		const s = text.normalize('NFKC').replace(/[,\s]/g, '').replace(/年$/, '');
		if (!/^-?\d{1,15}$/.test(s)) throw new CellError(t.error.int(text));
		return Number(s);
	}
	if (type === 'bool') {
		const s = text.normalize('NFKC').toLowerCase();
		if (!YES.includes(s) && !NO.includes(s)) throw new CellError(t.error.bool(text));
		return YES.includes(s);
	}
	return text;
}

export interface RowProblem {
	field: string;
	message: string;
}

/** The record of a row, and what is wrong with its cells. */
export function recordOf(mapping: Mapped[], cells: string[]): { record: Record<string, unknown>; problems: RowProblem[] } {
	const record: Record<string, unknown> = {};
	const problems: RowProblem[] = [];
	mapping.forEach((m, i) => {
		const f = fieldOf(m.field);
		if (!f) return;
		try {
			record[f.name] = valueOf(f.type, m.wan, cells[i] ?? '');
		} catch (e) {
			if (!(e instanceof CellError)) throw e;
			problems.push({ field: f.name, message: e.message });
		}
	});
	for (const f of FIELDS) if (f.always && !(f.name in record) && !problems.some((p) => p.field === f.name)) record[f.name] = f.type === 'list' ? [] : null;
	if (!record.id) record.id = String(cells[idColumn(mapping)] ?? '').trim() || null;
	if (!record.id) problems.unshift({ field: 'id', message: t.error.noId });
	return { record, problems };
}
