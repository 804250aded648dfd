// SPDX-License-Identifier: MulanPSL-2.0
//
// A hand at a desk: the same work with a mouse or with the keyboard only. What is pressed and typed is counted in a Tally shared by
// all hands of a journey: a value that somebody had to type a second time, in whatever field, is a fault of the console.
import type { Locator, Page } from '@playwright/test';
import { unfold, type Value } from './acts';
import { expect } from './fixtures';

/** `travel`: only because the test puts months into a minute: the day when something happened. Not counted as work. */
export interface Need { value: Value; travel?: boolean }

export class Tally {
	keys = 0;
	clicks = 0;
	characters = 0;
	travelled = 0;
	/** Choices made from lists, and values that were there already. */
	chosen = 0;
	given: string[] = [];
	typed = new Map<string, string>();
	retyped: string[] = [];
	steps: { who: string; what: string; keys: number; clicks: number; characters: number }[] = [];

	type(field: string, text: string): void {
		const first = this.typed.get(text);
		if (first) this.retyped.push(`${field}: "${text}" was typed before as ${first}`);
		else this.typed.set(text, field);
		this.characters += [...text].length;
	}

	async step(who: string, what: string, work: () => Promise<void>): Promise<void> {
		const before = { keys: this.keys, clicks: this.clicks, characters: this.characters };
		await work();
		this.steps.push({ who, what, keys: this.keys - before.keys, clicks: this.clicks - before.clicks, characters: this.characters - before.characters });
	}
}

const same = (a: string, b: string) => a.replace(/[,，\s]/g, '') === b.replace(/[,，\s]/g, '');
const label = (v: Value) => (v === true ? '是' : v === false ? '否' : String(v));

/** What an input holds now, as one reads it. */
async function shown(box: Locator): Promise<string> {
	return box.evaluate((e) => {
		const on = [...e.querySelectorAll<HTMLInputElement>('input[type=radio]:checked, input[type=checkbox]:checked')];
		if (e.querySelector('input[type=radio], .el-checkbox-group, input[type=checkbox][name]')) return on.map((i) => i.closest('label')?.textContent?.trim() ?? '').join('、');
		const select = e.querySelector('.el-select');
		if (select) return [...select.querySelectorAll('.el-select__selected-item:not(.is-hidden):not(.el-select__input-wrapper):not(.is-transparent)')].map((x) => x.textContent?.trim() ?? '').filter(Boolean).join('、');
		return e.querySelector<HTMLInputElement>('input:not([type=checkbox]), textarea')?.value ?? '';
	});
}

const focusInside = (box: Locator) => box.evaluate((e) => e === document.activeElement || e.contains(document.activeElement));
/** The focus has passed it. */
const behind = (what: Locator) => what.evaluate((e) => document.activeElement !== document.body && (document.activeElement!.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING) !== 0);
const labelOfFocus = (page: Page) => page.evaluate(() => document.activeElement?.closest('label')?.textContent?.trim() ?? '');

export abstract class Hand {
	constructor(readonly page: Page, readonly tally: Tally) {}

	abstract press(what: Locator): Promise<void>;
	abstract send(form: Locator): Promise<void>;
	/** To a place of the main menu. */
	abstract place(name: string, keys: string): Promise<void>;
	/** To a row of a list: a link that leads there. */
	abstract row(link: Locator, selected: Locator): Promise<void>;
	/** The row of a list that is selected. */
	abstract open(): Promise<void>;
	protected abstract radio(box: Locator, value: string): Promise<void>;
	protected abstract check(box: Locator, value: string): Promise<void>;
	protected abstract select(box: Locator, value: string): Promise<void>;
	protected abstract write(input: Locator, text: string, travel: boolean): Promise<void>;

	/** Makes an input hold a value, unless it does already. */
	async give(box: Locator, value: Value, travel = false): Promise<void> {
		await box.waitFor({ state: 'attached' });
		if (process.env.DEBUG_KEYS) console.log(await box.getAttribute('data-field'), this.tally.keys);
		await this.unfold(box);
		const wanted = Array.isArray(value) ? value.join('、') : label(value);
		const name = (await box.getAttribute('data-field')) ?? (await box.evaluate((e) => e.textContent ?? ''));
		if (same(await shown(box), wanted)) {
			this.tally.given.push(name);
			return;
		}
		if (await box.locator('input[type=radio]').count()) {
			this.tally.chosen++;
			await this.radio(box, wanted);
		} else if ((await box.locator('input[type=checkbox]').count()) && Array.isArray(value)) {
			this.tally.chosen += value.length;
			for (const v of value) await this.check(box, v);
		} else if (await box.locator('.el-select').count()) {
			this.tally.chosen++;
			await this.select(box, wanted);
		} else {
			if (!travel) this.tally.type(name, wanted);
			await this.write(box.locator('input:not([type=checkbox]), textarea').first(), wanted, travel);
		}
		expect.soft(same(await shown(box), wanted) || same(await shown(box), wanted.replace(/\.00$/, '')), `${name} holds ${wanted}, shows ${await shown(box)}`).toBe(true);
	}

	protected async unfold(what: Locator): Promise<void> {
		for (const fold of await what.locator('xpath=ancestor::details[not(@open)]').all()) await this.press(fold.locator('> summary'));
	}

	/** The act's button wherever it is, its form, its values. */
	async act(code: string, values: Record<string, Value>, on?: string): Promise<void> {
		const button = this.page.locator(`button[data-act=${code}]:not([disabled])`).first();
		const form = this.page.locator('form.act-form');
		await button.waitFor({ state: 'attached' });
		if (!(await form.isVisible())) {
			await this.unfold(button);
			await this.press(button);
		}
		await expect(form).toBeVisible();
		if (process.env.DEBUG_KEYS) console.log(code, this.tally.keys);
		for (const [name, value] of Object.entries(values)) await this.give(form.locator(`[data-field=${code}-${name}]`), value);
		if (on) await this.give(form.locator(`[data-field=${code}-happened]`), on, true);
		await this.send(form);
		await expect(form, `${code}: ${(await this.page.getByRole('alert').allInnerTexts()).join(' ')}`).toBeHidden();
	}
}

export class Mouse extends Hand {
	private async click(what: Locator): Promise<void> {
		this.tally.clicks++;
		await what.click();
	}
	press = (what: Locator) => this.click(what);
	send = (form: Locator) => this.click(form.locator('button[type=submit]'));
	async place(name: string): Promise<void> {
		await this.click(this.page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name, exact: true }));
	}
	row = (link: Locator) => this.click(link);
	open = async () => undefined; // the click did it
	protected radio = (box: Locator, value: string) => this.click(box.locator('label').filter({ hasText: exact(value) }));
	protected check = (box: Locator, value: string) => this.click(box.locator('label').filter({ hasText: exact(value) }));
	protected async select(box: Locator, value: string): Promise<void> {
		await this.click(box.getByRole('combobox'));
		await this.click(this.page.getByRole('option').filter({ hasText: value }).locator('visible=true').first());
		await this.page.keyboard.press('Tab');
	}
	protected async write(input: Locator, text: string, travel: boolean): Promise<void> {
		if (!travel) this.tally.clicks++;
		await input.fill(text);
		await input.blur();
	}
}

const exact = (s: string) => new RegExp(`^\\s*${s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
const TABS_MAX = 250, OPTIONS_MAX = 120;

export class Keyboard extends Hand {
	private async key(name: string): Promise<void> {
		this.tally.keys++;
		await this.page.keyboard.press(name);
	}

	/** Tab until the focus is there. */
	private async reach(what: Locator): Promise<void> {
		await what.waitFor({ state: 'visible' });
		for (let n = 0; n < TABS_MAX; n++) {
			if (await focusInside(what)) return;
			await this.key((await behind(what)) ? 'Shift+Tab' : 'Tab');
		}
		throw new Error(`the keyboard does not reach ${String(what)}`);
	}

	async press(what: Locator): Promise<void> {
		await this.reach(what);
		await this.key('Enter');
	}
	send = () => this.key('Control+Enter');
	async place(_: string, keys: string): Promise<void> {
		// Single keys work when nothing is being typed: the page's body has the focus after a page change.
		for (const k of keys.split(' ')) await this.key(k);
	}
	async row(link: Locator, selected: Locator): Promise<void> {
		await link.waitFor();
		// One sees whether the row stands above or below the one that is selected.
		const above = () => link.evaluate((e) => {
			const now = document.querySelector('main [aria-current=true], main tr[aria-selected=true]');
			return !!now && (now.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
		});
		for (let n = 0; n < OPTIONS_MAX && !(await selected.count()); n++) {
			await this.key((await above()) ? 'k' : 'j');
			await this.page.evaluate(() => new Promise(requestAnimationFrame));
		}
		await expect(selected).toHaveCount(1);
	}
	open = () => this.key('o');
	protected async radio(box: Locator, value: string): Promise<void> {
		await this.reach(box.locator('input[type=radio]').first().locator('xpath=ancestor::*[self::fieldset or @role="radiogroup" or contains(@class,"chips")][1]'));
		for (let n = 0; n < 30 && (await labelOfFocus(this.page)) !== value; n++) await this.key('ArrowRight');
		if (!(await this.page.evaluate(() => (document.activeElement as HTMLInputElement).checked))) await this.key('Space');
	}
	protected async check(box: Locator, value: string): Promise<void> {
		await this.reach(box.locator('label').filter({ hasText: exact(value) }));
		await this.key('Space');
	}
	protected async select(box: Locator, value: string): Promise<void> {
		await this.reach(box.locator('.el-select'));
		await this.key('ArrowDown');
		const at = () => this.page.evaluate(() => document.querySelector(`[id="${document.activeElement?.getAttribute('aria-activedescendant') ?? ''}"]`)?.textContent?.trim() ?? '');
		await expect(this.page.locator('.el-select-dropdown__item:visible').first()).toBeVisible();
		for (let n = 0; n < OPTIONS_MAX && !(await at()).startsWith(value); n++) await this.key('ArrowDown');
		expect(await at(), 'option under the cursor').toContain(value);
		await this.key('Enter');
	}
	protected async write(input: Locator, text: string, travel: boolean): Promise<void> {
		const before = this.tally.keys;
		await this.reach(input);
		if (await input.inputValue()) await this.key('Control+a');
		await this.page.keyboard.type(text);
		if (travel) {
			this.tally.travelled += this.tally.keys - before + text.length;
			this.tally.keys = before;
		}
	}
}

export { unfold };
