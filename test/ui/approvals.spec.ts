import { azureKey, fewPeople, planWith } from '../support/walk.ts';
import { PlanScreen } from './screens/screens.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { eventsOf } from './support/log.ts';
import { passphraseOf, People } from './support/people.ts';

test('with a wrong passphrase, or with none, nothing is signed and nothing begins', async ({ application, desk }) => {
  desk.plan(planWith([azureKey('payroll-root')], fewPeople));
  const people = new People(application, desk);
  const { page, step, keyboard } = people;
  await people.begin();
  await people.goOnUntil('2.3');
  await keyboard.push(step.approve.first());
  await page.keyboard.press('Enter');
  expect(await people.number()).toBe('2.3');

  await people.approve('Ada Lindqvist', passphraseOf('Grace Okafor'));
  await expect(step.refusal).toContainText('APPROVAL-PASSPHRASE-ACCEPTED');
  await expect(step.passphrase).toBeFocused();
  await expect(step.passphrase).toHaveValue('');
  expect(eventsOf(desk.profile).at(-1)).toMatchObject({ type: 'passphrase-refused', person: 'p1' });
  await page.keyboard.press('Enter');
  expect(await people.number()).toBe('2.3');
  expect(await violations(page)).toEqual([]);

  await people.approve('Ada Lindqvist');
  await expect(step.refusal).toHaveCount(0);
  expect(eventsOf(desk.profile).at(-1)).toMatchObject({ type: 'approval-given', person: 'p1' });
  await people.proceed();
  expect(await people.number()).toBe('3.1');
});

test('whoever goes on typing after their key is sealed types nothing into the field of the next person', async ({
  application,
  desk,
}) => {
  desk.plan(planWith([azureKey('payroll-root')], fewPeople));
  const people = new People(application, desk);
  const { page, step, keyboard } = people;
  await people.begin();
  await people.goOnUntil('2.2');
  await keyboard.reach(step.beginKey);
  await people.registerNext();
  await expect(step.beginKey).toBeFocused();
  await page.keyboard.type(passphraseOf('Ada Lindqvist'));
  await page.keyboard.press('Enter');
  await expect(step.passphrase).toHaveCount(0);
  await expect(step.beginKey).toBeFocused();
  await people.registerNext();
  await expect(step.beginKey).toHaveCount(0);
});

test('a production ceremony begins with no module that does not load', async ({ application, desk }) => {
  desk.plan(planWith([azureKey('payroll-root')]));
  const people = new People(application, desk);
  const { page, keyboard } = people;
  await people.openPlan();
  const { production, begin } = new PlanScreen(page);
  await keyboard.push(production.open);
  expect(await violations(page)).toEqual([]);
  await expect(production.begin).toBeDisabled();
  await people.answerDialog(desk.planFile);
  await keyboard.push(production.chooseModule);
  await expect(production.refusal).toContainText('MODULE-FILE-WHOLE');
  await expect(production.begin).toBeDisabled();
  await keyboard.push(production.close);
  await expect(production.dialog).toBeHidden();
  await expect(begin).toBeVisible();
  await expect(page.getByRole('main').getByRole('alert')).toHaveCount(0);
});
