// Dates, money and waiting times as county officers write them. Money travels as fen; days are days in Asia/Shanghai.

export const CANNOT_COMPUTE = '不能计算';

const day = /^(\d{4})-(\d{2})-(\d{2})/;

/** 2025-08-18 or an instant -> 2025年8月18日 */
export function dateZh(value: string | null | undefined): string {
	const m = value ? day.exec(value) : null;
	return m ? `${+m[1]}年${+m[2]}月${+m[3]}日` : '';
}

const shanghai = new Intl.DateTimeFormat('zh-CN', {
	timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
});

/** An instant -> 2025-08-18 10:05 (Beijing time), as a table shows it. */
export function instantZh(value: string | null | undefined): string {
	if (!value) return '';
	const at = new Date(value);
	if (Number.isNaN(at.getTime())) return value;
	const p = Object.fromEntries(shanghai.formatToParts(at).map((x) => [x.type, x.value]));
	return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`;
}

export function today(): string {
	return instantZh(new Date().toISOString()).slice(0, 10);
}

/** What officers type for a day: 20250818, 2025.8.18, 2025-8-18, 2025/8/18, 2025年8月18日, 今天, 昨天; full width as well. '' when
 * it is none. */
export function parseDay(typed: string): string {
	const s = typed.normalize('NFKC').trim();
	if (s === '今天' || s === '今日') return today();
	if (s === '昨天') return instantZh(new Date(Date.now() - 86400e3).toISOString()).slice(0, 10);
	const m = /^(\d{4})(\d{2})(\d{2})$/.exec(s) ?? /^(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*日?$/.exec(s);
	if (!m) return '';
	const iso = `${m[1]}-${m[2].padStart(2, '0')}-${m[3].padStart(2, '0')}`;
	const at = new Date(`${iso}T00:00:00Z`);
	return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(iso) ? iso : '';
}

/** Yuan as typed (1,234.5 / １２３４．５ / 12万) -> fen as a string of digits; null when it is no amount. */
export function parseYuan(typed: string): string | null {
	const s = typed.normalize('NFKC').replace(/[,，\s¥￥]/g, '').replace(/元$/, '');
	if (s === '') return '';
	const wan = s.endsWith('万');
	const m = /^(\d{1,13})(?:\.(\d+))?$/.exec(wan ? s.slice(0, -1) : s);
	if (!m) return null;
	const places = wan ? 6 : 2;
	const fraction = (m[2] ?? '').replace(/0+$/, '');
	if (fraction.length > places) return null;
	return String(BigInt(m[1] + fraction.padEnd(places, '0')));
}

/** Fen -> 1,234.50 (without .00 when it is whole yuan). */
export function yuan(fen: string | number | null | undefined): string {
	if (fen === null || fen === undefined || fen === '') return '';
	if (fen === CANNOT_COMPUTE) return CANNOT_COMPUTE;
	const n = BigInt(fen);
	const sign = n < 0n ? '-' : '';
	const abs = n < 0n ? -n : n;
	const whole = String(abs / 100n).replace(/\B(?=(\d{3})+$)/g, ',');
	const rest = abs % 100n;
	return sign + whole + (rest ? '.' + String(rest).padStart(2, '0') : '');
}

/** Fen -> 万元, as tables show it: 2.35 */
export function wanYuan(fen: string | number | null | undefined): string {
	if (fen === null || fen === undefined || fen === '') return '';
	if (fen === CANNOT_COMPUTE) return CANNOT_COMPUTE;
	return (Number(BigInt(fen) / 100n) / 10000).toLocaleString('zh-CN', { maximumFractionDigits: 4 });
}

const DIGITS = '零壹贰叁肆伍陆柒捌玖';

/** Fen -> 大写: 人民币壹万贰仟叁佰元整, after the rules for filling in bills (支付结算办法 附一). */
export function yuanUpper(fen: string | number | null | undefined): string {
	if (fen === null || fen === undefined || fen === '' || fen === CANNOT_COMPUTE) return '';
	const n = BigInt(fen);
	if (n < 0n || n >= 10n ** 18n) return '';
	if (n === 0n) return '人民币零元整';
	const jiao = Number((n / 10n) % 10n), cents = Number(n % 10n);
	const whole = upperInt(n / 100n);
	let out = whole ? whole + '元' : '';
	if (jiao === 0 && cents === 0) return '人民币' + out + '整';
	if (jiao > 0) out += DIGITS[jiao] + '角';
	else if (whole) out += '零';
	out += cents > 0 ? DIGITS[cents] + '分' : '整';
	return '人民币' + out;
}

function upperInt(n: bigint): string {
	const groups: number[] = [];
	for (; n > 0n; n /= 10000n) groups.push(Number(n % 10000n));
	let out = '', gap = false;
	for (let g = groups.length - 1; g >= 0; g--) {
		const v = groups[g];
		if (v === 0) {
			gap = out !== '';
			continue;
		}
		if (out && (gap || v < 1000)) out += '零';
		out += upperGroup(v) + ['', '万', '亿', '万亿'][g];
		gap = false;
	}
	return out;
}

function upperGroup(v: number): string {
	let out = '', zero = false;
	[1000, 100, 10, 1].forEach((unit, i) => {
		const d = Math.floor(v / unit) % 10;
		if (d === 0) {
			zero = out !== '';
			return;
		}
		out += (zero ? '零' : '') + DIGITS[d] + ['仟', '佰', '拾', ''][i];
		zero = false;
	});
	return out;
}

/** Size of a file. */
export function bytesZh(n: number): string {
	if (n < 1024) return `${n} 字节`;
	if (n < 1024 ** 2) return `${(n / 1024).toFixed(1)} KB`;
	return n < 1024 ** 3 ? `${(n / 1024 ** 2).toFixed(1)} MB` : `${(n / 1024 ** 3).toFixed(1)} GB`;
}
