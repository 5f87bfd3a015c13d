import { makeKek } from '../support/rehearsal.ts';
import { azureKey, fewPeople, planWith } from '../support/walk.ts';
import { expect, test } from './support/fixtures.ts';
import { completedWork, logOf } from './support/log.ts';
import { People } from './support/people.ts';

test('when the HSM process dies while it wraps, an exception names the rule and the step can be done again', async ({
  application,
  desk,
}) => {
  test.setTimeout(300_000);
  desk.plan(planWith([azureKey('payroll-root', { spec: 'rsa-4096' })], fewPeople));
  desk.bring('payroll-root', 'kek.json', makeKek().json());
  const people = new People(application, desk);
  await people.begin();
  await people.goOnUntil('6.2');
  await people.fillIn();
  await people.setGoing();
  const killed = await application.electron.evaluate(({ app }) => {
    const hsm = app.getAppMetrics().find(({ name }) => name === 'Keyferry HSM');
    return hsm !== undefined && process.kill(hsm.pid, 'SIGKILL');
  });
  expect(killed).toBe(true);

  await expect(people.exception.close).toBeVisible({ timeout: 30_000 });
  await expect(people.page.getByRole('main')).toContainText('HSM-PROCESS-ALIVE');
  expect(completedWork(logOf(desk.profile)).has('wrap-key payroll-root')).toBe(false);
  await people.closeException('We open the token again and wrap once more');
  await people.reopenToken();
  expect(await people.number()).toBe('6.2');
  await people.doStep();
  expect(await people.number()).toBe('6.3');
  expect(completedWork(logOf(desk.profile)).get('wrap-key payroll-root')).toBe(1);
});
