import { describe, expect, it } from 'vitest';
import type { ActDescription } from '@/api/acts';
import { causeNote, isCopyable, plans, sectionsOf } from './entryPlan';

const act = (fields: [string, boolean][]): ActDescription => ({ act: 'register', act_zh: '案件来源登记', stage: 'do', article: '', fields: fields.map(([name, required]) => ({ name, zh: name, type: 'text', required })) });

describe('sectionsOf', () => {
	const sections = sectionsOf(plans.clue, act([['summary', true], ['reporter', true], ['place', false], ['novel', false]]));
	it('keeps the order of the plan, unknown fields last, empty sections out', () => expect(sections.map((s) => s.name)).toEqual(['what', 'act', 'reporter', 'people', 'rest']));
	it('opens what holds a required field', () => expect(sections.filter((s) => s.open).map((s) => s.name)).toEqual(['what', 'reporter']));
	it('adds the time', () => expect(sections.find((s) => s.name === 'people')?.fields.map((f) => f.name)).toEqual(['happened_at']));
});

it('reads the note of a cause', () => {
	expect(causeNote('商标：商标法第五十七条第三项')).toEqual({ ipType: '商标', article: '商标法第五十七条第三项' });
	expect(causeNote(undefined)).toEqual({ ipType: '', article: '' });
});

it('copies neither days nor people', () => {
	const f = (name: string, type: 'text' | 'date' | 'account' | 'list') => ({ name, zh: name, type, required: false });
	expect([f('cause', 'text'), f('discovered_on', 'date'), f('officer', 'account'), f('reporter', 'text'), f('campaigns', 'list')].map(isCopyable)).toEqual([true, false, false, false, true]);
});
