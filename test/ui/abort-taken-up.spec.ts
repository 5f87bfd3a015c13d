import { readdirSync } from 'node:fs';
import { makeKek } from '../support/rehearsal.ts';
import { azureKey, fewPeople, planWith } from '../support/walk.ts';
import { RegisterDialog } from './screens/departure-screens.ts';
import { AbortDialog } from './screens/people-screens.ts';
import { launch } from './support/application.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { eventsOf } from './support/log.ts';
import { People } from './support/people.ts';

const key = 'payroll-root';

test('aborted with a copy on media and killed, a ceremony is taken up again, its log compared, and brought to its end', async ({
  desk,
}) => {
  test.setTimeout(600_000);
  desk.plan(planWith([azureKey(key)], fewPeople));
  desk.bring(key, 'kek.json', makeKek().json());
  const first = await launch(desk.profile);
  const before = new People(first, desk);
  await before.begin();
  await before.goOnUntil('7.2');
  const asked = new AbortDialog(before.page);
  await before.keyboard.push(asked.open);
  await before.keyboard.type(asked.reason, 'The medium was dropped');
  await before.keyboard.push(asked.abort);
  await expect(before.step.title).toHaveText(/^A\.1 /);
  await first.kill();
  const { length } = eventsOf(desk.profile);

  const application = await launch(desk.profile);
  const people = new People(application, desk);
  const { page, keyboard, step } = people;
  await keyboard.push(people.start.resume);
  await expect(people.break.logCompared).not.toBeChecked();
  await expect(page.getByText(`${length} entries`)).toBeVisible();
  await expect(people.break.isBack.first()).toBeDisabled();
  expect(await violations(page)).toEqual([]);
  await people.comeBack();
  await people.goOnUntil('A.2');
  // The key that was made goes, which needs the token again.
  await people.doStep();
  expect(await people.number()).toBe('A.3');
  expect(await violations(page)).toEqual([]);
  await enterTheCopy(people);
  await people.goOnUntil('');
  await expect(step.title).toHaveText('The ceremony was aborted');
  expect(await violations(page)).toEqual([]);

  const events = eventsOf(desk.profile);
  const copies = events.flatMap((event) => (event.type === 'effect-completed' && event.outcome.kind === 'write-copy' ? [event.outcome] : [])); // prettier-ignore
  const entered = events.find((event) => event.type === 'custody-recorded');
  expect(copies).toHaveLength(1);
  const written = copies.map(({ copy, manifestSha256 }) => ({ copy, manifestSha256 }))[0];
  expect(entered).toMatchObject({ record: { kind: 'medium', written } });
  const confirmed = events.flatMap((event) => (event.type === 'step-confirmed' ? [event.step] : []));
  expect(confirmed.slice(-4)).toEqual(['abort.inventory', 'abort.destroy', 'abort.media', 'abort.sign-off']);
  expect(readdirSync(desk.outbound)).toHaveLength(1);
  await application.close();
  expect(application.complaints()).toEqual([]);
});

/** The medium with the copy is entered in the register. */
async function enterTheCopy({ page, keyboard }: People): Promise<void> {
  const register = new RegisterDialog(page);
  await keyboard.push(register.open);
  await keyboard.choose(register.what, 'A medium');
  await keyboard.type(page.getByLabel('Label of the medium'), 'Media B');
  await keyboard.choose(page.getByLabel('What it is for'), 'outbound');
  await keyboard.choose(page.getByLabel('What was written to it'), 'copy 1');
  await keyboard.choose(register.by, 'Ada Lindqvist');
  await keyboard.choose(register.witness, 'Grace Okafor');
  expect(await violations(page)).toEqual([]);
  await keyboard.push(register.enter);
  await expect(register.enter).toBeDisabled();
  await keyboard.push(register.close);
}
