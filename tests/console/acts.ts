// SPDX-License-Identifier: MulanPSL-2.0
//
// A person's way to an act: the button wherever it is on the page, and the form.
import type { Locator, Page } from '@playwright/test';
import { expect } from './fixtures';

/** Opens what folds the element away, then the element can be used. */
export async function unfold(what: Locator): Promise<Locator> {
	await what.waitFor({ state: 'attached' });
	for (const fold of (await what.locator('xpath=ancestor::details[not(@open)]').all()).slice(0, 3)) await fold.locator('> summary').click();
	return what;
}

/** Presses the button of an act; its form. */
export async function openAct(page: Page, code: string): Promise<Locator> {
	const button = await unfold(page.locator(`button[data-act=${code}]:not([disabled])`).first());
	await button.click();
	const form = page.locator('form.act-form');
	await expect(form).toBeVisible();
	return form;
}

export const field = (form: Locator, act: string, name: string): Locator => form.locator(`[data-field=${act}-${name}]`);

/** Sends the form and waits until it is gone. */
export async function submit(page: Page, form: Locator): Promise<void> {
	await form.locator('button[type=submit]').click();
	const refused = form.getByRole('alert');
	await expect(async () => {
		if (await refused.count()) throw new Error(`refused: ${(await refused.allInnerTexts()).join(' ')}`);
		await expect(form).toBeHidden({ timeout: 500 });
	}).toPass({ timeout: 12_000 });
	await expect(page.locator('main h1').first()).toBeVisible();
}

export type Value = string | string[] | boolean;

/** Fills one input the way a mouse does, whatever kind it is. */
export async function put(page: Page, box: Locator, value: Value): Promise<void> {
	await unfold(box);
	if (await box.locator('input[type=radio]').count()) {
		await box.locator('label').filter({ hasText: new RegExp(`^\\s*${value === true ? '是' : value === false ? '否' : escape(String(value))}\\s*$`) }).click();
	} else if (await box.locator('input[type=checkbox]').count() && Array.isArray(value)) {
		for (const v of value) await box.locator('label').filter({ hasText: new RegExp(`^\\s*${escape(v)}\\s*$`) }).click();
	} else if (await box.locator('.el-select').count()) {
		await box.getByRole('combobox').click();
		// A note may stand behind the name.
		await page.getByRole('option', { name: new RegExp(`^${escape(String(value))}(\\s|$)`) }).locator('visible=true').first().click();
		await page.keyboard.press('Tab');
	} else {
		const text = box.locator('input:not([type=checkbox]), textarea').first();
		await text.fill(String(value));
		await text.blur();
	}
}

const escape = (s: string) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Fills the open form of an act: names of the daemon's fields. */
export async function fillAct(page: Page, form: Locator, act: string, values: Record<string, Value>): Promise<void> {
	for (const [name, value] of Object.entries(values)) await put(page, field(form, act, name), value);
}
