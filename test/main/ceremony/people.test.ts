import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoggedInput } from '../../../app/ceremony/events.ts';
import { currentStep, isClosed, openExceptions, outcomeOf } from '../../../app/ceremony/state.ts';
import { openKeyFolder } from '../../../main/approvals/key-folder.ts';
import { sealNewKey } from '../../../main/approvals/sealed-key.ts';
import type { Runner } from '../../../main/ceremony/runner.ts';
import { ruleOf, ruleOfAsync } from '../../support/rule-of.ts';
import {
  confirmStep,
  everybodyBack,
  exceptionsDecided,
  passphraseOf,
  pin,
  RunnerRoom,
  runTo,
  signing,
} from '../../support/runner-room.ts';
import { azureKey, confirmation, inputFor, planWith, stepOf, typedAlone } from '../../support/walk.ts';

/** p1 operates, p2 and p3 are custodians, p4 is the witness; two custodians and the witness are the quorum. */
const plan = planWith([azureKey('root')], {
  roles: { operator: 1, custodian: 2, witness: 1 },
  quorum: { custodian: 2, witness: 1 },
});

let room: RunnerRoom;

beforeEach(() => {
  room = new RunnerRoom(plan);
});

afterEach(() => room.end());

const wrong = (person: string): ReturnType<typeof signing> => ({ person, passphrase: passphraseOf('somebody else') });

async function openedAt(step: string): Promise<Runner> {
  const runner = room.open();
  await runTo(runner, step);
  return runner;
}

async function approve(runner: Runner, given: ReturnType<typeof signing>): Promise<void> {
  const step = stepOf(runner.state);
  await runner.people.approve(step.id, inputFor(runner.state, step), given);
}

describe('an approval', () => {
  it('is the signature of somebody with a sealed key; those who have signed confirm the step, and nobody else', async () => {
    const runner = await openedAt('keys.make');
    await approve(runner, signing('p2'));
    await approve(runner, signing('p4'));
    const { input, step, ticks } = confirmation(runner.state);
    const confirmed = { step, ticks, input };
    expect(ruleOf(() => runner.confirm({ ...confirmed, confirmedBy: ['p2', 'p4'] }, null))).toBe(
      'STEP-CONFIRMED-BY-NAMED-ROLES',
    );
    expect(ruleOf(() => runner.confirm({ ...confirmed, confirmedBy: ['p2', 'p3', 'p4'] }, null))).toBe(
      'APPROVAL-OF-WHAT-IS-SHOWN',
    );
    await approve(runner, signing('p3'));
    runner.confirm({ ...confirmed, confirmedBy: ['p2', 'p3', 'p4'] }, null);
    await runner.idle();
    expect([...runner.state.targets.keys()]).toEqual(['root']);
  });

  it('overwrites the passphrase, and it stands in no file of the ceremony', async () => {
    const given = ['p1', 'p2', 'p3', 'p4'].map((id) => ({ ...signing(id), again: passphraseOf(id) }));
    const runner = await openedAt('roll-call.present');
    for (const each of given) await runner.people.register(each);
    await confirmStep(runner);
    const approving = signing('p2');
    await approve(runner, approving);
    const refused = wrong('p3');
    expect(await ruleOfAsync(() => approve(runner, refused))).toBe('APPROVAL-PASSPHRASE-ACCEPTED');
    const typed = [
      ...given.flatMap(({ passphrase, again }) => [passphrase, again]),
      approving.passphrase,
      refused.passphrase,
    ];
    expect(typed.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true);
    const folder = dirname(room.file);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(5);
    for (const { parentPath, name } of files) {
      expect([name, readFileSync(join(parentPath, name)).includes('wave lantern')]).toEqual([name, false]);
    }
  });

  it('with a wrong passphrase is in the log; three in a row are an exception, and somebody else’s do not count', async () => {
    const runner = await openedAt('keys.make');
    for (const person of ['p2', 'p3', 'p2']) {
      expect(await ruleOfAsync(() => approve(runner, wrong(person)))).toBe('APPROVAL-PASSPHRASE-ACCEPTED');
    }
    expect(openExceptions(runner.state)).toEqual([]);
    expect(room.types().filter((type) => type === 'passphrase-refused')).toHaveLength(3);
    expect(await ruleOfAsync(() => approve(runner, wrong('p2')))).toBe('APPROVAL-PASSPHRASE-ACCEPTED');
    expect(openExceptions(runner.state)).toMatchObject([{ rule: 'APPROVAL-PASSPHRASE-ACCEPTED', step: 'keys.make' }]);
    expect(await ruleOfAsync(() => approve(runner, signing('p2')))).toBe('NO-OPEN-EXCEPTION');
    await exceptionsDecided(runner);
    await confirmStep(runner);
    expect(currentStep(runner.state)?.id).toBe('keys.check');
  });

  it('begins to count anew when the right passphrase came in between', async () => {
    const runner = await openedAt('keys.make');
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 2; n += 1) await ruleOfAsync(() => approve(runner, wrong('p2')));
      if (round === 0) await approve(runner, signing('p2'));
    }
    expect(openExceptions(runner.state)).toEqual([]);
  });

  it('of somebody whose sealed key is gone is refused, and is no wrong passphrase', async () => {
    const runner = await openedAt('keys.make');
    openKeyFolder(room.keys).remove('p2');
    expect(await ruleOfAsync(() => approve(runner, signing('p2')))).toBe('APPROVAL-KEY-FILE-INTACT');
    expect(room.types()).not.toContain('passphrase-refused');
  });

  it('is given while nothing else is written: what somebody signs names the head of the log', async () => {
    const runner = await openedAt('keys.make');
    const signed = approve(runner, signing('p2'));
    const seal = { kind: 'bag-sealed', bag: 'A 1', content: 'card', replaces: null, by: 'p2', witness: 'p4' } as const;
    expect(ruleOf(() => runner.people.record(seal))).toBe('EFFECT-NOT-IN-FLIGHT');
    expect(await ruleOfAsync(() => approve(runner, signing('p3')))).toBe('EFFECT-NOT-IN-FLIGHT');
    await signed;
    runner.people.record(seal);
    await confirmStep(runner);
    // The log can be taken up again: every signature is at its place.
    expect((await room.crashAndResume()).state.custody).toHaveLength(1);
  });
});

describe('a sealed key', () => {
  it('is made only when both entries of the passphrase are the same, and is kept once', async () => {
    const runner = await openedAt('roll-call.present');
    const slip = { ...signing('p1'), again: passphraseOf('p9') };
    expect(await ruleOfAsync(() => runner.people.register(slip))).toBe('APPROVAL-PASSPHRASE-AGAIN');
    const weak = { person: 'p1', passphrase: pin('aaaaaaaaaaaa'), again: pin('aaaaaaaaaaaa') };
    expect(await ruleOfAsync(() => runner.people.register(weak))).toBe('APPROVAL-PASSPHRASE-STRONG');
    expect(openKeyFolder(room.keys).has('p1')).toBe(false);
    await runner.people.register({ ...signing('p1'), again: passphraseOf('p1') });
    const sealed = openKeyFolder(room.keys).sealed('p1');
    const second = { ...signing('p1'), again: passphraseOf('p1') };
    expect(await ruleOfAsync(() => runner.people.register(second))).not.toBeNull();
    expect(openKeyFolder(room.keys).sealed('p1')).toEqual(sealed);
  });

  it('that was sealed just before a crash, and never registered, is replaced', async () => {
    const runner = await openedAt('roll-call.present');
    const context = { ceremony: runner.state.ceremony, person: 'p1' };
    const { sealed } = await sealNewKey(passphraseOf('p9'), context, 'generated');
    openKeyFolder(room.keys).keep('p1', sealed);
    const resumed = await room.crashAndResume();
    expect(resumed.state.approvalKeys.size).toBe(0);
    await confirmStep(resumed);
    expect(openKeyFolder(room.keys).sealed('p1').publicKey).toBe(resumed.state.approvalKeys.get('p1'));
    await confirmStep(resumed);
    expect(currentStep(resumed.state)?.id).toBe('token.identify');
  });

  it('is destroyed with its folder when the ceremony is over, and not before', async () => {
    const runner = await openedAt('close.sign-off');
    expect(readdirSync(room.keys)).toHaveLength(4);
    await confirmStep(runner);
    expect(outcomeOf(runner.state)).toBe('completed');
    expect(existsSync(room.keys)).toBe(false);
  });
});

describe('a break', () => {
  it('ends the session with the token, and nothing goes on before everybody is identified again', async () => {
    const runner = await openedAt('token.probe');
    await runner.startBreak('lunch', 'p1');
    expect(room.worker.isTokenOpen).toBe(false);
    expect(outcomeOf(runner.state)).toBe('suspended');
    expect(ruleOf(() => runner.confirm(confirmation(runner.state), null))).toBe('CEREMONY-ON-BREAK');
    expect(await ruleOfAsync(() => runner.people.comeBack(wrong('p1')))).toBe('APPROVAL-PASSPHRASE-ACCEPTED');
    for (const id of ['p1', 'p2', 'p3']) await runner.people.comeBack(signing(id));
    expect(await ruleOfAsync(() => runner.people.comeBack(signing('p3')))).toBe('BREAK-ENDED-BY-EVERYBODY');
    expect(ruleOf(() => runner.confirm(confirmation(runner.state), null))).toBe('CEREMONY-ON-BREAK');
    await runner.people.comeBack(signing('p4'));
    expect(outcomeOf(runner.state)).toBe('open');
    expect(room.types().at(-1)).toBe('break-ended');
  });

  it('ends without somebody who had to leave, when the others are enough for what is to come', async () => {
    const runner = await openedAt('token.probe');
    await runner.startBreak('lunch', 'p1');
    expect(ruleOf(() => runner.people.markAbsent('p3', 'was called away'))).toBe('QUORUM-PRESENT');
    for (const id of ['p2', 'p3', 'p4']) await runner.people.comeBack(signing(id));
    expect(ruleOf(() => runner.people.markAbsent('p1', 'was called away'))).toBe('QUORUM-PRESENT');
    await runner.people.comeBack(signing('p1'));
    expect(runner.state.onBreak).toBeNull();
  });

  it('comes with every new start: the same build, the same plan, and everybody signs once more', async () => {
    await openedAt('keys.make');
    const resumed = await room.crashAndResume();
    expect(resumed.state.onBreak).toMatchObject({ kind: 'restart', by: null, returned: [] });
    expect(await ruleOfAsync(() => approve(resumed, signing('p2')))).toBe('CEREMONY-ON-BREAK');
    await resumed.people.comeBack(signing('p2'));
    // Whoever had come back before it ended again comes back once more.
    const again = await room.crashAndResume();
    expect(again.state.onBreak?.returned).toEqual([]);
    await everybodyBack(again);
    while (!isClosed(again.state)) await confirmStep(again);
    expect(outcomeOf(again.state)).toBe('completed');
  });
});

describe('a PIN in parts', () => {
  async function typed(runner: Runner, order: readonly string[]): Promise<void> {
    for (const person of order) await runner.pinParts.add('token.log-in', person, pin(`part-${person}`));
  }

  const parts = (by: string[]): LoggedInput => ({ kind: 'credential', how: 'parts', by, finalTryAccepted: false });

  it('is passed on part by part and stands in the log as who typed it, in this order', async () => {
    const runner = await openedAt('token.log-in');
    await typed(runner, ['p3', 'p2']);
    expect(room.worker.parts).toEqual(['part-p3', 'part-p2']);
    expect(room.worker.openedForPin).toBe(1);
    const confirmed = { ...confirmation(runner.state), input: parts(['p2', 'p3']) };
    expect(ruleOf(() => runner.confirm(confirmed, 'parts'))).toBe('PIN-TYPED-BY-NAMED-PEOPLE');
    runner.confirm({ ...confirmed, input: parts(['p3', 'p2']) }, 'parts');
    await runner.idle();
    expect(room.worker.secrets.at(-1)).toBe('parts');
    expect(JSON.stringify(room.log.entries())).toContain(JSON.stringify(['p3', 'p2']));
    expect(JSON.stringify(room.log.entries())).not.toContain('part-');
  });

  it('takes one part of each person, of people of the roll call, at the step on the screen, and overwrites all of them', async () => {
    const runner = await openedAt('token.log-in');
    const given = ['p2', 'p2', 'p9', 'p3'].map((person) => ({ person, part: pin(`part-${person}`) }));
    const rules: (string | null)[] = [];
    for (const [index, { person, part }] of given.entries()) {
      const step = index === 3 ? 'token.probe' : 'token.log-in';
      rules.push(await ruleOfAsync(() => runner.pinParts.add(step, person, part)));
    }
    expect(rules).toEqual([null, 'PIN-TYPED-BY-NAMED-PEOPLE', 'PIN-TYPED-BY-NAMED-PEOPLE', 'STEP-IS-CURRENT']);
    expect(given.every(({ part }) => part.every((byte) => byte === 0))).toBe(true);
    expect(room.worker.parts).toEqual(['part-p2']);
  });

  it('is forgotten, here and in the HSM process, when the ceremony is stopped before it was given whole', async () => {
    const runner = await openedAt('wrap.approve');
    const step = 'wrap.approve';
    for (const person of ['p2', 'p3']) await runner.pinParts.add(step, person, pin(`part-${person}`));
    await runner.stop(step, 'the medium is broken');
    expect(room.worker.parts).toEqual([]);
    await runTo(runner, 'abort.destroy');
    const credential = { ...typedAlone, how: 'parts' as const, by: ['p2', 'p3'] };
    const late = { pin: 'parts' as const, credential, confirmedBy: ['p1', 'p2', 'p3', 'p4'] };
    expect(await ruleOfAsync(() => runner.reopenToken(late))).toBe('PIN-TYPED-BY-NAMED-PEOPLE');
  });

  it('begins anew when somebody asks for it, and when a break came in between', async () => {
    const runner = await openedAt('token.log-in');
    await typed(runner, ['p2']);
    await runner.pinParts.clear('token.log-in');
    await typed(runner, ['p2', 'p3']);
    expect(room.worker.parts).toEqual(['part-p2', 'part-p3']);
    await runner.startBreak('lunch', 'p1');
    await everybodyBack(runner);
    await typed(runner, ['p3', 'p2']);
    expect(room.worker.parts).toEqual(['part-p3', 'part-p2']);
    expect(room.worker.openedForPin).toBe(3);
  });
});
