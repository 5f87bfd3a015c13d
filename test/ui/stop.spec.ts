import { readdirSync } from 'node:fs';
import { makeKek, type Desk } from '../support/rehearsal.ts';
import { azureKey, fewPeople, planWith } from '../support/walk.ts';
import { AbortDialog } from './screens/people-screens.ts';
import { EndScreen } from './screens/screens.ts';
import { launch } from './support/application.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { completedWork, eventsOf, logOf } from './support/log.ts';
import { People } from './support/people.ts';

const key = 'payroll-root';

function prepare(desk: Desk): void {
  desk.plan(planWith([azureKey(key)], fewPeople));
  desk.bring(key, 'kek.json', makeKek().json());
}

/** What stands in the log of why the ceremony was aborted. */
const abortOf = ({ profile }: Desk): unknown => eventsOf(profile).findLast(({ type }) => type === 'ceremony-stopped');

/** Says no to every key that could be destroyed, and goes on. */
async function keepKeys(people: People): Promise<void> {
  const { keyboard, step } = people;
  for (const box of await step.keeps.all()) await keyboard.tick(box);
  for (const field of await step.keyIds.all()) await expect(field).toBeDisabled();
  for (const box of await step.ticks.all()) await keyboard.tick(box);
  await people.approveAll();
  await people.proceed();
}

test('whoever sees that a fingerprint does not match aborts the ceremony, and everybody signs how it ended', async ({
  desk,
}) => {
  test.setTimeout(300_000);
  prepare(desk);
  let people = new People(await launch(desk.profile), desk);
  const { page, keyboard, step } = people;
  await people.begin();
  await people.goOnUntil('4.2');
  const before = eventsOf(desk.profile).length;

  const asked = new AbortDialog(page);
  await keyboard.push(asked.openOverMismatch);
  await expect(asked.safe).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(asked.dialog).toBeHidden();
  await expect(asked.openOverMismatch).toBeFocused();
  expect(eventsOf(desk.profile).length).toBe(before);

  await keyboard.push(asked.openOverMismatch);
  await expect(asked.knownReason).toBeChecked();
  expect(await violations(page)).toEqual([]);
  await keyboard.type(asked.reason, 'group 7');
  await keyboard.push(asked.abort);

  await expect(step.title).toHaveText(/^A\.1 /);
  const reason: unknown = expect.stringMatching(/^The fingerprint does not match\b.*group 7$/);
  expect(abortOf(desk)).toEqual({ type: 'ceremony-stopped', step: `bring-in.compare.${key}`, reason });
  expect(await violations(page)).toEqual([]);
  while ((await people.number()) !== '') await people.doStep();

  const end = new EndScreen(page);
  await expect(step.title).toHaveText('The ceremony was aborted');
  await expect(end.sheet).toContainText('group 7');
  expect(await violations(page)).toEqual([]);
  expect(eventsOf(desk.profile).at(-1)).toMatchObject({ type: 'step-confirmed', step: 'abort.sign-off' });
  await keyboard.push(end.backToStart);
  await expect(people.start.rehearse).toBeVisible();
  await expect(people.start.resume).toHaveCount(0);
  await people.close();

  people = new People(await launch(desk.profile), desk);
  await expect(people.start.rehearse).toBeVisible();
  await expect(people.start.resume).toHaveCount(0);
  await people.close();
  expect(readdirSync(desk.outbound)).toEqual([]);
});

test('an aborted ceremony says which keys it leaves in the token, before and after', async ({ application, desk }) => {
  test.setTimeout(300_000);
  prepare(desk);
  const people = new People(application, desk);
  const { page, keyboard, step } = people;
  await people.begin();
  await people.goOnUntil('5.2');

  const asked = new AbortDialog(page);
  await keyboard.push(asked.open);
  await expect(asked.dialog).toContainText(key);
  await expect(asked.abort).toBeDisabled();
  expect(await violations(page)).toEqual([]);
  await keyboard.type(asked.reason, 'The fire alarm rings');
  await page.keyboard.press('Escape');
  await expect(asked.dialog).toBeHidden();
  await keyboard.push(asked.open);
  await keyboard.type(asked.reason, 'The fire alarm rings');
  await keyboard.push(asked.abort);
  await people.goOnUntil('A.2');
  expect(await violations(page)).toEqual([]);
  await keepKeys(people);
  await people.goOnUntil('');

  await expect(step.title).toHaveText('The ceremony was aborted');
  await expect(new EndScreen(page).sheet.getByRole('listitem').filter({ hasText: key })).toHaveText(key);
  expect(completedWork(logOf(desk.profile)).has(`destroy-key ${key}`)).toBe(false);
  expect(abortOf(desk)).toEqual({ type: 'ceremony-stopped', step: 'keys.check', reason: 'The fire alarm rings' });
});

test('before anybody can sign, an abort ends the ceremony at once', async ({ application, desk }) => {
  test.setTimeout(120_000);
  prepare(desk);
  const people = new People(application, desk);
  const { page, keyboard, step } = people;
  await people.begin();

  const asked = new AbortDialog(page);
  await keyboard.push(asked.open);
  await keyboard.type(asked.reason, 'The wrong computer');
  await keyboard.push(asked.abort);
  await expect(step.title).toHaveText('The ceremony was aborted');
  expect(eventsOf(desk.profile).at(-1)).toEqual(abortOf(desk));
});
