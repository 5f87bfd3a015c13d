import { makeKek } from '../support/rehearsal.ts';
import { azureKey, fewPeople, planWith } from '../support/walk.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { setFull } from './support/full-disk.ts';
import { completedWork, logOf } from './support/log.ts';
import { People } from './support/people.ts';
import { takeInBothThemes } from './support/pictures.ts';

test('while the disk takes nothing no step is done; once there is room the ceremony goes on', async ({
  application,
  desk,
}) => {
  test.setTimeout(300_000);
  const key = 'payroll-root';
  desk.plan(planWith([azureKey(key, { spec: 'rsa-4096' })], fewPeople));
  desk.bring(key, 'kek.json', makeKek().json());
  const people = new People(application, desk);
  const { step, page, keyboard } = people;
  const main = page.getByRole('main');
  await people.begin();
  await people.goOnUntil('5.1');
  await people.fillIn();
  const before = logOf(desk.profile).length;

  await setFull(application, true);
  await keyboard.proceed();
  await expect(step.refusal).toContainText('LOG-DURABLE');
  await expect(step.title).toHaveText(/^5\.1 /u);
  expect(await violations(page)).toEqual([]);
  await takeInBothThemes(page, 'full-disk');
  await setFull(application, false);
  expect(logOf(desk.profile)).toHaveLength(before);

  // The key is being made when the disk is full again: nobody hears that it is done before that is in the log.
  await people.setGoing();
  await setFull(application, true);
  await expect(step.title).toHaveText('Look what became of the work', { timeout: 60_000 });
  await expect(step.refusal).toContainText('LOG-DURABLE');
  expect(await violations(page)).toEqual([]);
  await takeInBothThemes(page, 'full-disk-at-work');
  await people.lookAgain();
  await expect(step.refusal).toContainText('LOG-DURABLE');
  expect(completedWork(logOf(desk.profile)).has(`make-key ${key}`)).toBe(false);

  await setFull(application, false);
  await people.lookAgain();
  // The token has the key: it was found by looking, and that is decided on before anything else.
  await expect(people.exception.close).toBeVisible();
  await expect(main).toContainText('EFFECT-SETTLED-BY-LOOKING');
  await people.closeException('We saw that the key is there, and go on');
  await people.goOnUntil('6.1');
  expect(completedWork(logOf(desk.profile)).get(`make-key ${key}`)).toBe(1);
});
