import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Entry } from '../../app/audit/entry.ts';
import { parseManifest } from '../../app/bundle/manifest.ts';
import { openssl } from '../support/openssl.ts';
import { makeKek, openByok, type Desk, type TestKek } from '../support/rehearsal.ts';
import { azureKey, fewPeople, planWith } from '../support/walk.ts';
import { launch } from './support/application.ts';
import { violations } from './support/axe.ts';
import { expect, test } from './support/fixtures.ts';
import { completedWork, endsInWork, eventsOf, forgetOutcomeOf, keptToken, damageLog, logOf } from './support/log.ts';
import { People } from './support/people.ts';

const key = 'payroll-root';
/** Steps that ask something of the machine, the token or the media. */
const working = ['1.1', '3.1', '3.2', '3.3', '4.1', '5.1', '6.2', '7.1', '8.1', '8.2'];

function prepare(desk: Desk): TestKek {
  const kek = makeKek();
  desk.plan(planWith([azureKey(key, { spec: 'rsa-3072' })], fewPeople));
  desk.bring(key, 'kek.json', kek.json());
  return kek;
}

/** One life of the application after the other, with the same profile. */
class Lives {
  people!: People;
  #kill!: () => Promise<void>;
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  async start(): Promise<void> {
    const application = await launch(this.#desk.profile);
    this.people = new People(application, this.#desk);
    this.#kill = application.kill;
  }

  async kill(): Promise<void> {
    await this.#kill();
  }

  /** Kills the whole application and starts it again. @returns what the log held in between */
  async killAndResume(): Promise<readonly Entry[]> {
    await this.kill();
    const log = logOf(this.#desk.profile);
    await this.start();
    await this.people.resume();
    await this.untilTheStep();
    return log;
  }

  /** Decides on what was found after an interruption, and opens the token, in the order in which that is asked for. */
  async untilTheStep(): Promise<void> {
    const { exception, step } = this.people;
    for (;;) {
      if ((await exception.close.count()) > 0) await this.people.closeException('We looked together, and go on');
      else if ((await step.title.innerText()) === 'Open the token again') await this.people.reopenToken();
      else return;
    }
  }

  /** Fills the step in; what came up before anybody could sign is decided as soon as everybody can. */
  async fillIn(): Promise<void> {
    if ((await this.people.step.beginKey.count()) > 0) {
      await this.people.registerAll();
      await this.untilTheStep();
    }
    await this.people.fillIn();
  }

  async end(): Promise<void> {
    await this.people.close();
  }
}

/** Nothing was done twice, and the one bundle holds the one key. */
function expectOneOfEverything(desk: Desk, kek: TestKek): void {
  const completed = completedWork(logOf(desk.profile));
  for (const work of [`make-key ${key}`, `wrap-key ${key}`, 'write-copy 1', `destroy-key ${key}`, 'read-inbound']) {
    expect([work, completed.get(work)]).toEqual([work, 1]);
  }
  const [bundle = '', ...others] = readdirSync(desk.outbound);
  expect(others).toEqual([]);
  const folder = join(desk.outbound, bundle);
  const manifest = parseManifest(new Uint8Array(readFileSync(join(folder, 'MANIFEST.json'))));
  const file = join(folder, 'keys', key, `KeyTransferPackage-${key}.byok`);
  const { payload } = openByok(file, kek, dirname(desk.planFile));
  const spki = openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], payload);
  expect([createHash('sha256').update(spki).digest('hex')]).toEqual(manifest.keys.map((k) => k.publicKey?.spkiSha256));
}

/** The log says who opened the token again: the people who may log in to it. */
function expectReopenedByTheSamePeople(desk: Desk): void {
  const reopened = eventsOf(desk.profile).flatMap((event) => (event.type === 'token-reopened' ? [event] : []));
  expect(reopened.length).toBeGreaterThan(0);
  for (const { confirmedBy } of reopened) expect(confirmedBy).toEqual(['p1', 'p2']);
}

test('killed before a step of every phase is confirmed, a ceremony goes on at that step', async ({ desk }) => {
  test.setTimeout(900_000);
  const kek = prepare(desk);
  const lives = new Lives(desk);
  await lives.start();
  await lives.people.begin();
  let phase = '';
  for (let number = '1.1'; number !== ''; number = await lives.people.number()) {
    if (!number.startsWith(phase) || phase === '') {
      phase = number.slice(0, 2);
      await lives.fillIn();
      const before = await lives.killAndResume();
      expect(await lives.people.number()).toBe(number);
      expect(logOf(desk.profile).slice(0, before.length)).toEqual(before);
    }
    await lives.fillIn();
    await lives.people.proceed();
  }
  await expect(lives.people.step.title).toHaveText('The ceremony is closed');
  await lives.end();
  expectOneOfEverything(desk, kek);
  expectReopenedByTheSamePeople(desk);
});

test('killed while the machine, the token or the media work, a ceremony does nothing twice', async ({ desk }) => {
  test.setTimeout(900_000);
  const kek = prepare(desk);
  const lives = new Lives(desk);
  await lives.start();
  await lives.people.begin();
  const killedAt: string[] = [];
  const interrupted: string[] = [];
  for (let number = '1.1'; number !== ''; number = await lives.people.number()) {
    await lives.fillIn();
    if (working.includes(number) && !killedAt.includes(number)) {
      killedAt.push(number);
      await lives.people.setGoing();
      const before = await lives.killAndResume();
      if (endsInWork(before)) interrupted.push(number);
      expect(logOf(desk.profile).slice(0, before.length)).toEqual(before);
    } else {
      await lives.people.proceed();
    }
  }
  await expect(lives.people.step.title).toHaveText('The ceremony is closed');
  await lives.end();
  expect(killedAt).toEqual(working);
  // The quick ones may have ended before the kill; what makes RSA keys takes long enough to be cut off.
  expect(interrupted).toEqual(expect.arrayContaining(['3.3', '5.1', '6.2']));
  expectOneOfEverything(desk, kek);
});

test('work that nobody can see waits until its media is back and somebody looks again', async ({ desk }) => {
  test.setTimeout(300_000);
  prepare(desk);
  const lives = new Lives(desk);
  await lives.start();
  await lives.people.begin();
  await lives.people.goOnUntil('7.1');
  const putBack = keptToken(desk.profile);
  await lives.people.goOnUntil('7.2');
  await lives.kill();
  forgetOutcomeOf(desk.profile, 'write-copy');
  putBack();
  renameSync(desk.outbound, `${desk.outbound}-pulled`);

  await lives.start();
  const { people } = lives;
  await people.resume();
  await expect(people.step.title).toHaveText('Look what became of the work');
  await expect(people.step.refusal).toContainText('MEDIA-PRESENT');
  expect(await violations(people.page)).toEqual([]);
  await people.lookAgain();
  await expect(people.step.refusal).toContainText('MEDIA-PRESENT');
  expect(completedWork(logOf(desk.profile)).has('write-copy 1')).toBe(false);

  renameSync(`${desk.outbound}-pulled`, desk.outbound);
  await people.lookAgain();
  await lives.untilTheStep();
  // The copy is there; the token has still to sign how far the log has come.
  await expect(people.step.title).toHaveText(/^7\.1 /);
  await people.goOnUntil('7.2');
  expect(completedWork(logOf(desk.profile)).get('write-copy 1')).toBe(1);
  await lives.end();
});

test('a log that was damaged is shown with its copy; the people choose it, and the quorum decides on that', async ({
  desk,
}) => {
  test.setTimeout(240_000);
  prepare(desk);
  const lives = new Lives(desk);
  await lives.start();
  await lives.people.begin();
  await lives.people.goOnUntil('3.1');
  await lives.kill();
  damageLog(desk.profile);

  await lives.start();
  const { page, keyboard, start, step } = lives.people;
  const list = page.getByRole('listitem').filter({ hasText: 'A log that cannot be read' });
  await expect(list).toContainText('LOG-FORMAT-KNOWN');
  await expect(list).toContainText('The log cannot be read.');
  await expect(list.getByRole('radio')).toHaveCount(1);
  expect(await violations(page)).toEqual([]);
  await keyboard.tick(list.getByRole('radio', { name: /^Its second copy/u }));
  await keyboard.tick(list.getByRole('checkbox'));
  await page.screenshot({ path: test.info().outputPath('log-chosen.png') });
  await keyboard.push(list.getByRole('button', { name: 'Go on with its second copy' }));
  await expect(start.title).toBeHidden();
  await lives.people.comeBack();
  await expect(page.getByText('The log was made anew from the copy').first()).toBeVisible();
  await lives.untilTheStep();
  await expect(step.title).toHaveText(/^3\.1 /);
  const told = eventsOf(desk.profile).flatMap((event) => (event.type === 'log-repaired' ? [event] : []));
  expect(told).toMatchObject([{ kept: 'copy', other: 'replaced', rule: 'LOG-FORMAT-KNOWN' }]);
  await lives.end();
});
