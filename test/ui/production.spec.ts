import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parsePlan } from '../../app/ceremony/plan.ts';
import { prepareRehearsalToken } from '../../main/hsm/rehearsal-token.ts';
import { newClient, pin, tokenModule, withShim } from '../support/token.ts';
import { azureKey, planWith } from '../support/walk.ts';
import { PlanReviewScreen } from './screens/plan-screens.ts';
import { PlanScreen } from './screens/screens.ts';
import { launch } from './support/application.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { People } from './support/people.ts';
import { takeInBothThemes } from './support/pictures.ts';

interface ConnectedToken {
  /** Path of its module. */
  readonly module: string;
  readonly serial: string;
  /** What the module needs of the application's environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A token that was there before, behind a module that names another maker than that of rehearsals. */
async function connectedToken(folder: string): Promise<ConnectedToken> {
  const choice = prepareRehearsalToken(join(folder, 'payroll-hsm'), tokenModule);
  const client = newClient({ load: 120_000 });
  await client.load(choice);
  const { serial } = await client.initialiseRehearsalToken('Payroll HSM', pin());
  await client.close();
  const { path, environment } = withShim(choice, { P11SHIM_MANUFACTURER: 'Example HSM' });
  const module = join(folder, 'libhsm.so');
  copyFileSync(path, module);
  return { module, serial, environment };
}

test('a production ceremony begins with an approved plan, a token by its serial, and a second copy of the log on a medium of the people’s choice', async ({
  desk,
}) => {
  const { module, serial, environment } = await connectedToken(dirname(desk.planFile));
  desk.plan(planWith([azureKey('payroll-root')]));
  const application = await launch(desk.profile, [], environment);
  const people = new People(application, desk);
  const { page, keyboard, step } = people;
  const { production } = new PlanScreen(page);
  const choose = async (): Promise<void> => {
    await keyboard.push(production.open);
    await expect(production.copies).toHaveCount(0);
    await people.answerDialog(module);
    await keyboard.push(production.chooseModule);
    await expect(production.dialog).toContainText(serial);
    await expect(production.copies.first()).toBeChecked();
    // A folder of their own choosing stands beside this computer, and what is chosen is said.
    await people.answerDialog(desk.outbound);
    await keyboard.push(production.chooseCopyFolder);
    await expect(production.copies).toHaveCount(2);
    await expect(production.copies.last()).toBeChecked();
  };
  await people.openPlan();
  await choose();
  expect(await violations(page)).toEqual([]);
  await takeInBothThemes(page, 'copy-choice');
  await keyboard.push(production.begin);
  await expect(production.refusal).toContainText('PRODUCTION-PLAN-APPROVED');
  await keyboard.push(production.close);

  const plan = new PlanReviewScreen(page);
  const hash = parsePlan(new Uint8Array(readFileSync(desk.planFile))).sha256;
  await keyboard.push(plan.approve);
  await keyboard.type(plan.digits, hash.slice(0, 8));
  await keyboard.type(plan.approver, 'Ada Lindqvist');
  await keyboard.type(plan.capacity, 'Head of cryptography');
  await keyboard.push(plan.confirm);
  await expect(plan.approval).toContainText('Ada Lindqvist');
  await choose();
  await keyboard.push(production.begin);
  await expect(step.title).toHaveText(/^1\.1 /);
  await expect(page.getByText('REHEARSAL')).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await takeInBothThemes(page, 'production-began');
  await application.close();
  expect(application.complaints()).toEqual([]);
  // The copy lies where they wanted it, from the first entry on.
  expect(readdirSync(desk.outbound, { recursive: true }).join(' ')).toMatch(/\.copy/u);
});
