import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CeremonyEvent } from '../../app/ceremony/events.ts';
import { isSignedBy } from '../../app/approval/signature.ts';
import { statementBytes } from '../../app/approval/statement.ts';
import { makeKek, runCli, type Desk } from '../support/rehearsal.ts';
import { azureKey, planWith } from '../support/walk.ts';
import { BreakDialog, NoteDialog, RegisterDialog } from './screens/departure-screens.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { eventsOf } from './support/log.ts';
import { passphraseOf, People } from './support/people.ts';
import { takePicture } from './support/pictures.ts';

/** Three custodians hold a part of the PIN each, typed in this order; together they are the PIN of every story. */
const parts = new Map([
  ['Noor Haddad', '246'],
  ['Kim Osei', '80'],
  ['Sam Rivera', '135'],
]);

function prepare(desk: Desk, keys: Record<string, string>): void {
  const kek = makeKek();
  desk.plan(planWith(Object.entries(keys).map(([id, spec]) => azureKey(id, { spec }))));
  for (const id of Object.keys(keys)) desk.bring(id, 'kek.json', kek.json());
}

test('six people, a PIN in three parts, an exception, a break, two keys, and everybody signs at the end', async ({
  application,
  desk,
}) => {
  test.setTimeout(900_000);
  prepare(desk, { 'payroll-root': 'rsa-2048', 'payroll-signing': 'ec-p256' });
  const people = new People(application, desk);
  const { page } = people;
  await people.begin();
  await people.goOnUntil('3.1');
  for (const step of ['3.1', '3.2']) {
    expect(await people.number()).toBe(step);
    await people.typeInParts(parts);
    await people.fillIn();
    if (step === '3.1') await people.proceed();
  }
  await takePicture(page, 'six-people', '3.2', 'filled-in', page.getByRole('group', { name: 'How the PIN is typed' })); // prettier-ignore
  await people.proceed();

  await people.goOnUntil('4.1');
  await openABag(people);
  await noteAnException(people);
  expect(await violations(page)).toEqual([]);
  await takePicture(page, 'six-people', 'exception', 'appeared');
  await people.closeException('We looked at the label together; it is the same bag.');
  await goOnInPictures(people, '5.2');

  await takeABreak(people);
  expect(await violations(page)).toEqual([]);
  await takePicture(page, 'six-people', 'break', 'appeared');
  await expect(people.page.getByText('payroll-signing')).toHaveCount(0);
  await people.comeBack();
  // The session with the token ended with the break; it is opened again where a step needs it.
  await goOnInPictures(people, '8.3');

  // A bag is open: the ceremony does not close before the register says where its content is.
  await people.fillIn();
  await expect(people.step.status).toContainText('TEB 0042');
  await sealTheBag(people);
  await people.approveAll();
  await people.proceed();
  await expect(people.step.title).toHaveText('The ceremony is closed');
  expect(await violations(page)).toEqual([]);

  const events = eventsOf(desk.profile);
  expectSignatures(events);
  const closed = events.findLast((event) => event.type === 'step-confirmed');
  const everybody: unknown = expect.arrayContaining(['p1', 'p2', 'p3', 'p4', 'p5', 'p6']);
  expect(closed).toMatchObject({ step: 'close.sign-off', confirmedBy: everybody });
  const [bundle = ''] = readdirSync(desk.outbound);
  const verified = runCli('verify', [join(desk.outbound, bundle)]);
  expect(verified.stdout).not.toMatch(/^broken/mu);
  expect(verified.code).toBe(0);
});

test('an approval is void once what is shown was changed, and a wrong passphrase three times is an exception', async ({
  application,
  desk,
}) => {
  test.setTimeout(900_000);
  prepare(desk, { 'payroll-root': 'ec-p256' });
  const people = new People(application, desk);
  const { keyboard, step, page } = people;
  await people.begin();
  await people.goOnUntil('7.1');
  await people.answerDialog(desk.outbound);
  await keyboard.push(step.chooseFolder);
  await keyboard.push(step.approve.first());
  const [first = ''] = await namesToApprove(people);
  await people.approve(first);

  // Another folder: what was approved is not what would be done.
  await people.answerDialog(desk.inbound);
  await keyboard.push(step.chooseFolder);
  await expect(step.voided).toBeVisible();
  await expect(step.sameMedium).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await takePicture(page, 'six-people', '7.1', 'refused', page.getByRole('group', { name: /^Media to write to/ }));
  const asked = eventsOf(desk.profile).filter((event) => event.type === 'approval-asked' && event.subject === 'take-out.write'); // prettier-ignore
  expect(asked).toHaveLength(2);
  await expect(page.getByRole('button', { name: `Sign as ${first}…` })).toBeVisible();

  const field = page.getByRole('main').getByLabel(`Passphrase of ${first}`);
  await keyboard.push(page.getByRole('button', { name: `Sign as ${first}…` }));
  for (let tries = 0; tries < 2; tries += 1) {
    await expect(field).toBeFocused();
    await expect(page.getByText(`Try ${tries + 1} of 3`)).toBeVisible();
    await page.keyboard.type('not the passphrase of anybody');
    await page.keyboard.press('Enter');
    await people.answered();
  }
  await expect(field).toBeFocused();
  await expect(field).toHaveAccessibleDescription(/You sign: step 7\.1,.*Try 3 of 3/u);
  await page.keyboard.type('not the passphrase of anybody');
  await page.keyboard.press('Enter');
  await expect(people.exception.close).toBeVisible({ timeout: 30_000 });
  await people.closeException('The passphrase was typed with the wrong keyboard layout.');

  // The first folder again: everybody approves anew.
  await people.doStep();
  expect(await people.number()).toBe('7.2');
  expect(readdirSync(desk.inbound)).toEqual(['payroll-root']);
  const given = eventsOf(desk.profile).filter((event) => event.type === 'approval-given' && event.subject === 'take-out.write'); // prettier-ignore
  expect(given).toHaveLength(4);
  expect(JSON.stringify(eventsOf(desk.profile))).not.toContain(passphraseOf(first));
});

async function goOnInPictures(people: People, number: string): Promise<void> {
  for (let at = await people.number(); at !== number; at = await people.number()) {
    await takePicture(people.page, 'six-people', at, 'appeared');
    await people.fillIn();
    await takePicture(people.page, 'six-people', at, 'filled-in');
    await people.proceed();
  }
}

async function namesToApprove({ page }: People): Promise<string[]> {
  const fields = await page.getByRole('main').getByLabel(/^Passphrase of /).all(); // prettier-ignore
  return Promise.all(fields.map(async (field) => (await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '')).trim().slice('Passphrase of '.length))); // prettier-ignore
}

async function noteAnException(people: People): Promise<void> {
  const { page, keyboard } = people;
  const note = new NoteDialog(page);
  await page.keyboard.press('Control+e');
  await keyboard.type(note.expected, 'Media A lies in bag TEB 0042.');
  await keyboard.type(note.happened, 'The label on the bag is torn; its number can be read.');
  await keyboard.choose(note.by, 'Lin Wei');
  await keyboard.push(note.open);
  await expect(people.exception.close).toBeVisible();
}

async function takeABreak(people: People): Promise<void> {
  const { page, keyboard } = people;
  const dialog = new BreakDialog(page);
  await page.keyboard.press('Control+b');
  await keyboard.type(dialog.reason, 'Lunch');
  await keyboard.choose(dialog.by, 'Ada Lindqvist');
  await keyboard.push(dialog.begin);
  await expect(people.break.isBack).toHaveCount(6);
  await lookAtWhoCannotContinue(people);
}

/** Nobody is gone on without by one key press: the person and the reason are said first. */
async function lookAtWhoCannotContinue({ page, keyboard, break: covered }: People): Promise<void> {
  const { dialog, person, reason, goOn } = covered.absent;
  await keyboard.push(covered.somebodyCannot);
  await expect(dialog).toContainText('forgotten passphrase');
  expect(await violations(page)).toEqual([]);
  await keyboard.type(reason, 'forgotten passphrase');
  await expect(goOn).toBeDisabled();
  await keyboard.choose(person, 'Kim Osei');
  await expect(goOn).toBeEnabled();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(covered.somebodyCannot).toBeFocused();
}

async function openABag(people: People): Promise<void> {
  const { page, keyboard } = people;
  const register = new RegisterDialog(page);
  await keyboard.push(register.open);
  await keyboard.choose(register.what, 'A bag was opened');
  await keyboard.type(register.bag, 'TEB 0042');
  await keyboard.type(register.content, 'Media A');
  await keyboard.tick(register.asListed);
  await enterSeenByTwo(people, register);
}

async function sealTheBag(people: People): Promise<void> {
  const { page, keyboard } = people;
  const register = new RegisterDialog(page);
  await keyboard.push(register.open);
  await keyboard.choose(register.what, 'A bag was sealed');
  await keyboard.type(register.bag, 'TEB 0043');
  await keyboard.type(register.content, 'Media A');
  await keyboard.reach(page.getByLabel('The content was in the bag'));
  await page.keyboard.type('TEB 0042');
  await enterSeenByTwo(people, register);
}

async function enterSeenByTwo({ keyboard }: People, register: RegisterDialog): Promise<void> {
  await keyboard.choose(register.by, 'Grace Okafor');
  await keyboard.choose(register.witness, 'Lin Wei');
  await keyboard.push(register.enter);
  await expect(register.enter).toBeDisabled();
  await keyboard.push(register.close);
}

/** Every signature in the log, by statements made anew from the log alone. */
function expectSignatures(events: readonly CeremonyEvent[]): void {
  const [opened] = events;
  if (opened?.type !== 'ceremony-opened') throw new Error('no opening');
  const keys = new Map(events.flatMap((event) => (event.type === 'approval-key-registered' ? [[event.person, event.publicKey] as const] : []))); // prettier-ignore
  const given = events.flatMap((event) => (event.type === 'approval-given' ? [event] : []));
  const { ceremony, planSha256 } = opened;
  expect(keys.size).toBe(6);
  for (const { subject, person, parametersSha256: parameters, log, signature } of given) {
    const statement = statementBytes({ ceremony, planSha256, purpose: 'approval', subject, parameters, person, log });
    expect(isSignedBy(keys.get(person) ?? '', statement, signature), `${person} on ${subject}`).toBe(true);
  }
  expect(new Set(given.filter(({ subject }) => subject === 'close.sign-off').map(({ person }) => person)).size).toBe(6);
}
