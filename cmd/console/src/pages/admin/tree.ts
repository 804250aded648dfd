// Units in the order of the tree; days of a year in the order of months. Pure.
import type { Schema } from '@/api/client';

export interface TreeNode {
	unit: Schema<'Unit'>;
	depth: number;
}

export function unitTree(units: Schema<'Unit'>[]): TreeNode[] {
	const ids = new Set(units.map((u) => u.id));
	const below = new Map<string, Schema<'Unit'>[]>();
	for (const u of units) {
		const parent = u.parent_id && ids.has(u.parent_id) ? u.parent_id : '';
		below.set(parent, [...(below.get(parent) ?? []), u]);
	}
	const out: TreeNode[] = [];
	const seen = new Set<string>();
	const walk = (parent: string, depth: number): void => {
		for (const unit of below.get(parent) ?? []) {
			if (seen.has(unit.id)) continue;
			seen.add(unit.id);
			out.push({ unit, depth });
			walk(unit.id, depth + 1);
		}
	};
	walk('', 0);
	return out;
}

export interface CalendarDay {
	date: string;
	day: number;
	weekend: boolean;
}

/** Weeks of a month, Monday first; null where the week's day belongs to another month. */
export function monthWeeks(year: number, month: number): (CalendarDay | null)[][] {
	const first = new Date(Date.UTC(year, month - 1, 1));
	const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
	const cells: (CalendarDay | null)[] = Array.from({ length: (first.getUTCDay() + 6) % 7 }, () => null);
	for (let day = 1; day <= days; day++) {
		cells.push({ date: `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`, day, weekend: cells.length % 7 >= 5 });
	}
	while (cells.length % 7) cells.push(null);
	return Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(i * 7, i * 7 + 7));
}
