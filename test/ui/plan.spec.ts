import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { parsePlan } from '../../app/ceremony/plan.ts';
import { PlanEditorScreen, PlanReviewScreen, type KeyForm } from './screens/plan-screens.ts';
import { StartScreen } from './screens/screens.ts';
import { launch, type Application } from './support/application.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { Keyboard } from './support/keyboard.ts';
import { takeInBothThemes } from './support/pictures.ts';

const keyId = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** Goes down a list until something stands in it, as somebody does who uses no mouse. */
async function choose(keyboard: Keyboard, page: Page, list: Locator, label: string): Promise<void> {
  await keyboard.reach(list);
  const chosen = (): Promise<string> =>
    list.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.label ?? '');
  for (let presses = 0; presses < 40 && (await chosen()) !== label; presses += 1)
    await page.keyboard.press('ArrowDown');
  expect(await chosen()).toBe(label);
}

/** The dialogs of the system lie outside the page: the next one is answered here. */
async function answerDialog({ electron }: Application, path: string): Promise<void> {
  await electron.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, path);
}

async function openPlan(application: Application, keyboard: Keyboard, file: string): Promise<PlanReviewScreen> {
  await answerDialog(application, file);
  await keyboard.push(new StartScreen(application.page).openPlan);
  const plan = new PlanReviewScreen(application.page);
  await plan.hash.waitFor();
  return plan;
}

/** The hash as it is read aloud, without the numbers of its groups. */
async function hashOn(list: Locator): Promise<string> {
  const groups = await list.locator('.group').allInnerTexts();
  return groups.join('').toLowerCase();
}

async function fillInAzureKey(keyboard: Keyboard, page: Page, key: KeyForm): Promise<void> {
  await keyboard.type(key.field('Id'), 'payroll-root');
  await choose(keyboard, page, key.choice('Goes to'), 'Azure Key Vault Premium');
  await choose(keyboard, page, key.choice('Kind of key'), 'RSA 4096');
  await choose(keyboard, page, key.choice('Afterwards'), 'destroyed in the HSM');
  await keyboard.type(key.field('Vault'), 'contoso-prod');
  await keyboard.type(key.field('Key name there'), 'payroll-root');
  await keyboard.tick(key.tick('wrapKey'));
  await keyboard.tick(key.tick('unwrapKey'));
}

async function fillInAwsKey(keyboard: Keyboard, page: Page, key: KeyForm): Promise<void> {
  await keyboard.type(key.field('Id'), 'payroll-data');
  await choose(keyboard, page, key.choice('Goes to'), 'AWS KMS');
  await choose(keyboard, page, key.choice('Kind of key'), 'AES 256');
  await choose(keyboard, page, key.choice('Afterwards'), 'kept in the HSM');
  await keyboard.type(key.field('Key there'), keyId);
}

test('a plan for two clouds is made with the keyboard, saved, opened again, approved and recognised', async ({
  desk,
}) => {
  test.setTimeout(600_000);
  const application = await launch(desk.profile);
  const { page } = application;
  const keyboard = new Keyboard(page);
  const editor = new PlanEditorScreen(page);
  await keyboard.push(editor.begin);
  await expect(editor.title).toBeFocused();
  expect(await violations(page)).toEqual([]);

  await keyboard.type(editor.field('Title'), 'Payroll keys to two clouds');
  await fillInAzureKey(keyboard, page, editor.key(1));
  await expect(editor.parts).toHaveCount(8);
  await expect(editor.parts.filter({ hasText: /, empty\./ })).toHaveCount(1);
  const [stepsOfOneKey, firstHash] = [await editor.steps.count(), await hashOn(editor.hash)];
  await expect(editor.steps.filter({ hasText: 'payroll-root' })).not.toHaveCount(0);
  await takeInBothThemes(page, 'plan/plan-part-empty');
  expect(await violations(page)).toEqual([]);

  // Who asks to save it now is led to the field that is missing.
  await keyboard.reach(editor.save);
  await page.keyboard.press('Enter');
  await expect(editor.field('Purpose')).toBeFocused();
  await page.keyboard.type('First import, change 4711');
  await expect(editor.parts.filter({ hasText: /, empty\./ })).toHaveCount(0);
  await expect.poll(() => hashOn(editor.hash)).not.toBe(firstHash);

  await keyboard.push(editor.addKey);
  await expect(editor.key(2).field('Id')).toBeFocused();
  await fillInAwsKey(keyboard, page, editor.key(2));
  await expect(editor.key(2).choice('Wrapping algorithm')).toHaveValue('RSAES_OAEP_SHA_256');
  await expect(editor.steps.filter({ hasText: 'payroll-data' })).not.toHaveCount(0);
  expect(await editor.steps.count()).toBeGreaterThan(stepsOfOneKey);
  await expect(editor.status).toHaveText('');
  await takeInBothThemes(page, 'plan/plan-two-keys');
  expect(await violations(page)).toEqual([]);
  const hash = await hashOn(editor.hash);

  await answerDialog(application, desk.outbound);
  await keyboard.push(editor.save);
  await expect(editor.saved).toBeFocused();
  expect(await violations(page)).toEqual([]);
  const file = join(desk.outbound, 'plan.json');
  expect(parsePlan(new Uint8Array(readFileSync(file))).sha256).toBe(hash);

  await keyboard.push(editor.back);
  let plan = await openPlan(application, keyboard, file);
  expect(await hashOn(plan.hash)).toBe(hash);
  await takeInBothThemes(page, 'plan/plan-opened');

  await keyboard.push(plan.approve);
  expect(await violations(page)).toEqual([]);
  await keyboard.type(plan.digits, '0000 0000');
  await keyboard.type(plan.approver, 'Ada Lindqvist');
  await keyboard.type(plan.capacity, 'Head of cryptography');
  await keyboard.push(plan.confirm);
  await expect(plan.refusal).toContainText('PLAN-APPROVAL-COMPARED');
  await expect(plan.approval).toHaveCount(0);

  await keyboard.push(plan.approve);
  await keyboard.type(plan.digits, `${hash.slice(0, 4)} ${hash.slice(4, 8)}`);
  await keyboard.type(plan.approver, 'Ada Lindqvist');
  await keyboard.type(plan.capacity, 'Head of cryptography');
  await takeInBothThemes(page, 'plan/plan-approve');
  await keyboard.push(plan.confirm);
  await expect(plan.approval).toContainText('Ada Lindqvist');
  await expect(plan.approve).toHaveCount(0);
  await takeInBothThemes(page, 'plan/plan-approved');
  expect(await violations(page)).toEqual([]);
  expect(application.complaints()).toEqual([]);
  await application.close();

  const again = await launch(desk.profile);
  plan = await openPlan(again, new Keyboard(again.page), file);
  expect(await hashOn(plan.hash)).toBe(hash);
  await expect(plan.approval).toContainText('Head of cryptography');
  await again.close();
});

test('only what a cloud takes can be chosen, and a mistake is said beside its field', async ({ application, desk }) => {
  const { page } = application;
  const keyboard = new Keyboard(page);
  const editor = new PlanEditorScreen(page);
  await keyboard.push(editor.begin);
  const key = editor.key(1);
  await choose(keyboard, page, key.choice('Goes to'), 'AWS KMS');
  const kinds = await key.choice('Kind of key').getByRole('option').allInnerTexts();
  expect([kinds.includes('AES 256'), kinds.includes('AES 128')]).toEqual([true, false]);
  await keyboard.push(key.section.getByText('Why not 2 others?'));
  await expect(key.section.getByText(/^AES 128 and AES 192:/)).toBeVisible();

  await keyboard.type(key.field('Key there'), 'alias/payroll');
  await page.keyboard.press('Tab');
  await expect(key.field('Key there')).toHaveAttribute('aria-invalid', 'true');
  await expect(key.field('Key there')).toHaveAccessibleDescription(/alias/);
  await takeInBothThemes(page, 'plan/plan-mistake');
  expect(await violations(page)).toEqual([]);

  // What was typed survives a look at the start screen.
  await keyboard.push(editor.back);
  await keyboard.push(editor.begin);
  await expect(key.field('Key there')).toHaveValue('alias/payroll');
  await choose(keyboard, page, key.choice('Goes to'), 'Oracle OCI Vault');
  await expect(key.field('Key there')).toHaveCount(0);

  await keyboard.push(editor.addKey);
  await keyboard.type(editor.key(2).field('Id'), 'second');
  await keyboard.push(editor.removeKey(1));
  await expect(editor.key(1).field('Id')).toHaveValue('second');
  await expect(editor.key(2).section).toHaveCount(0);
  await answerDialog(application, desk.outbound);
  await keyboard.reach(editor.save);
  await page.keyboard.press('Enter');
  await expect(editor.field('Title')).toBeFocused();
});
