import { describe, expect, it } from 'vitest';
import { type Clock, type Matter, nextClock, stateText, waitText } from './state';

const clock = (rule: string, due: string, more: Partial<Clock> = {}) => ({ rule, zh: rule, due, state: 'running', owner: 'officer', days_left: 2, light: 'green', why: [], ...more }) as unknown as Clock;
const matter = (more: Partial<Matter>) => ({ turn: 'officer', state: 'investigating', clocks: [], requests: [], officer: { account: 'a', name: '承办人甲' }, co_officer: null, ...more }) as unknown as Matter;
const me = (account: string, ...roles: string[]) => ({ account, roles, delegated: [] }) as never;

describe('the clock of the header', () => {
	it('is the first that falls due', () => {
		expect(nextClock(matter({ clocks: [clock('b', '2026-03-02'), clock('a', '2026-03-01')] }))?.rule).toBe('a');
	});
	it('is not what only the party may do, and none when nobody must act', () => {
		const clocks = [clock('review', '2026-01-01', { owner: 'party' }), clock('own', '2026-02-01')];
		expect(nextClock(matter({ clocks }))?.rule).toBe('own');
		expect(nextClock(matter({ clocks, turn: 'party' }))?.rule).toBe('review');
		expect(nextClock(matter({ clocks, turn: '' }))).toBeNull();
	});
});

describe('who must act', () => {
	it('names the officer, and says you to him', () => {
		expect(waitText(matter({}), me('b', 'officer'))).toBe('等待承办人（承办人甲）办理');
		expect(waitText(matter({}), me('a', 'officer'))).toBe('等待您办理');
	});
	it('names the approver and what is asked', () => {
		const m = matter({ requests: [{ request: 3, act: 'file', act_zh: '立案', waits_for: 'deputy_head', waits_for_zh: '分管局领导' }] as never });
		expect(waitText(m, null)).toBe('等待分管局领导审批“立案”');
		expect(waitText(m, me('x', 'deputy_head'))).toBe('等待您审批“立案”');
	});
	it('waits for answers of other organs, with the days left', () => {
		const m = matter({ turn: 'police', clocks: [clock('C1.6', '2026-03-01')] });
		expect(stateText(m, null)).toBe('等待公安机关答复，剩 2 个工作日');
	});
	it('says how late it is', () => {
		expect(stateText(matter({ clocks: [clock('D1', '2026-03-01', { days_left: -4 })] }), null)).toBe('等待承办人（承办人甲）办理，超期 4 个工作日');
	});
});
