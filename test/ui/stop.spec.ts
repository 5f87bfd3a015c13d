import { readdirSync } from 'node:fs';
import { makeKek, type Desk } from '../support/rehearsal.ts';
import { azureKey, planWith } from '../support/walk.ts';
import { EndScreen, StopDialog } from './screens/screens.ts';
import { launch } from './support/application.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { eventsOf } from './support/log.ts';
import { People } from './support/people.ts';

const key = 'payroll-root';

function prepare(desk: Desk): void {
  desk.plan(planWith([azureKey(key)]));
  desk.bring(key, 'kek.json', makeKek().json());
}

/** What stands at the end of the log. */
const last = ({ profile }: Desk): unknown => eventsOf(profile).at(-1);

test('whoever sees that a fingerprint does not match stops the ceremony for good', async ({ desk }) => {
  test.setTimeout(300_000);
  prepare(desk);
  let people = new People(await launch(desk.profile), desk);
  const { page, keyboard, step } = people;
  await people.begin();
  await people.goOnUntil('4.2');
  const before = eventsOf(desk.profile).length;

  const asked = new StopDialog(page);
  await keyboard.push(step.stopOverMismatch);
  await expect(asked.safe).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(asked.dialog).toBeHidden();
  await expect(step.stopOverMismatch).toBeFocused();
  expect(eventsOf(desk.profile).length).toBe(before);

  await keyboard.push(step.stopOverMismatch);
  await expect(asked.knownReason).toBeChecked();
  expect(await violations(page)).toEqual([]);
  await keyboard.type(asked.reason, 'group 7');
  await keyboard.push(asked.stop);

  const end = new EndScreen(page);
  await expect(step.title).toHaveText('The ceremony was stopped');
  await expect(end.sheet).toContainText('4.2');
  await expect(end.sheet).toContainText('group 7');
  expect(await violations(page)).toEqual([]);
  const reason: unknown = expect.stringMatching(/^The fingerprint does not match\b.*group 7$/);
  expect(last(desk)).toEqual({ type: 'ceremony-stopped', step: `bring-in.compare.${key}`, reason });
  expect(eventsOf(desk.profile).length).toBe(before + 1);
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

test('a stopped ceremony says which keys it leaves in the token, before and after', async ({ application, desk }) => {
  test.setTimeout(300_000);
  prepare(desk);
  const people = new People(application, desk);
  const { page, keyboard, step } = people;
  await people.begin();
  await people.goOnUntil('5.2');

  const asked = new StopDialog(page);
  await keyboard.push(step.stop);
  await expect(asked.dialog).toContainText(key);
  await expect(asked.stop).toBeDisabled();
  expect(await violations(page)).toEqual([]);
  await keyboard.type(asked.reason, 'The fire alarm rings');
  await page.keyboard.press('Escape');
  await expect(asked.dialog).toBeHidden();
  await keyboard.push(step.stop);
  await keyboard.type(asked.reason, 'The fire alarm rings');
  await keyboard.push(asked.stop);

  await expect(step.title).toHaveText('The ceremony was stopped');
  await expect(new EndScreen(page).sheet.getByRole('listitem').filter({ hasText: key })).toHaveText(key);
  expect(last(desk)).toEqual({ type: 'ceremony-stopped', step: 'keys.check', reason: 'The fire alarm rings' });
});
