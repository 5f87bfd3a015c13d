import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostRoom, passphraseOf, passphraseStart, pinInput } from '../support/host-room.ts';
import { ruleOfAsync } from '../support/rule-of.ts';
import { pin } from '../support/token.ts';
import { azureKey, planWith } from '../support/walk.ts';

/** p1 operates, p2 and p3 are custodians with a part of the PIN each, p4 is the witness. */
const plan = planWith([azureKey('root')], {
  roles: { operator: 1, custodian: 2, witness: 1 },
  quorum: { custodian: 1, witness: 1 },
});
const parts: Readonly<Record<string, string>> = { p2: '4711-first', p3: 'second-0815' };

let room: HostRoom;

beforeEach(() => {
  room = new HostRoom(plan, ['root']);
});

afterEach(() => room.end());

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

/** These people type their parts at the current step, in this order. */
async function typeParts(order: readonly string[]): Promise<number[]> {
  const { id: step } = await room.step();
  const held: number[] = [];
  for (const person of order) {
    const part = pin(parts[person]);
    held.push((await room.calls['people.addPinPart']({ step, person, part })).held);
    expect(isZero(part)).toBe(true);
  }
  return held;
}

async function confirmParts(by: string[]): Promise<void> {
  await room.calls['ceremony.confirmStep'](await room.confirmation({ kind: 'pin-parts', by, finalTryAccepted: false }));
  await room.host.idle();
}

async function tokenMadeByParts(): Promise<void> {
  await room.open();
  await room.runTo('token.identify');
  expect(await typeParts(['p2', 'p3'])).toEqual([1, 2]);
  await confirmParts(['p2', 'p3']);
  expect((await room.step()).id).toBe('token.log-in');
}

describe('a PIN in parts', () => {
  it('is chosen and typed again in the same order, and opens a real token; after a restart too', async () => {
    await tokenMadeByParts();
    await typeParts(['p2', 'p3']);
    await confirmParts(['p2', 'p3']);
    const { refusal, step, ceremony } = await room.view();
    expect([refusal, step?.id]).toEqual([null, 'token.probe']);
    await room.runTo('keys.make');
    await room.restart();
    await room.resume(ceremony);
    await typeParts(['p2', 'p3']);
    const given = { kind: 'pin-parts' as const, by: ['p2', 'p3'], finalTryAccepted: false };
    await room.calls['ceremony.reopenToken']({ pin: given, confirmedBy: ['p1', 'p2', 'p3', 'p4'] });
    await room.runToEnd();
    expect((await room.view()).outcome).toBe('completed');
  }, 180_000);

  it('in another order is another PIN: the token refuses it, which is an exception; then they try again', async () => {
    await tokenMadeByParts();
    await typeParts(['p3', 'p2']);
    await confirmParts(['p3', 'p2']);
    expect(await room.view()).toMatchObject({ step: { id: 'token.log-in' }, refusal: { rule: 'TOKEN-PIN-ACCEPTED' } });
    expect(await room.exceptionsDecided()).toEqual(['TOKEN-PIN-ACCEPTED']);
    // Nothing of that try is left: both type theirs again.
    expect(await typeParts(['p2', 'p3'])).toEqual([1, 2]);
    await confirmParts(['p2', 'p3']);
    expect((await room.step()).id).toBe('token.probe');
  }, 120_000);

  it('is not typed twice by one person, nor confirmed in an order in which nobody typed it', async () => {
    await room.open();
    await room.runTo('token.identify');
    await typeParts(['p2']);
    const again = pin('another');
    const twice = { step: 'token.identify', person: 'p2', part: again };
    expect(await ruleOfAsync(() => room.calls['people.addPinPart'](twice))).toBe('PIN-TYPED-BY-NAMED-PEOPLE');
    expect(isZero(again)).toBe(true);
    await typeParts(['p3']);
    expect(await ruleOfAsync(() => confirmParts(['p3', 'p2']))).toBe('PIN-TYPED-BY-NAMED-PEOPLE');
    expect(await ruleOfAsync(() => confirmParts(['p2']))).toBe('PIN-TYPED-BY-NAMED-PEOPLE');
    expect(await room.calls['people.clearPin']({ step: 'token.identify' })).toEqual({ held: 0 });
    expect(await ruleOfAsync(() => confirmParts(['p2', 'p3']))).toBe('PIN-TYPED-BY-NAMED-PEOPLE');
  }, 60_000);

  it('is typed by somebody of the roll call, whoever types it alone too', async () => {
    await room.open();
    await room.runTo('token.identify');
    const stranger = await room.confirmation(pinInput(undefined, 'p9'));
    expect(await ruleOfAsync(() => room.calls['ceremony.confirmStep'](stranger))).toBe('PIN-TYPED-BY-NAMED-PEOPLE');
  }, 60_000);
});

describe('secrets', () => {
  it('are overwritten by a call that nobody could take: no ceremony is open, or the media were not offered', async () => {
    const typed = ['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => passphraseOf(id));
    const [passphrase = pin(), again = pin(), approving = pin(), back = pin(), part = pin()] = typed;
    const step = 'take-out.write';
    const input = { kind: 'media' as const, media: ['medium-99'] };
    const calls = [
      () => room.calls['people.register']({ person: 'p1', passphrase, again }),
      () => room.calls['people.approve']({ step, input, person: 'p1', passphrase: approving }),
      () => room.calls['people.return']({ person: 'p1', passphrase: back }),
      () => room.calls['people.addPinPart']({ step, person: 'p1', part }),
    ];
    for (const call of calls) expect(await ruleOfAsync(call)).toBe('CEREMONY-ON-THIS-WORKSTATION');
    expect(typed.every(isZero)).toBe(true);
    await room.open();
    await room.runTo('take-out.write');
    const another = passphraseOf('p2');
    const approval = { step, input, person: 'p2', passphrase: another };
    expect(await ruleOfAsync(() => room.calls['people.approve'](approval))).toBe('MEDIA-OFFERED');
    expect(isZero(another)).toBe(true);
  }, 60_000);

  it('stand in no file that the ceremony leaves, at its end or in the middle of it', async () => {
    await tokenMadeByParts();
    await typeParts(['p2', 'p3']);
    await confirmParts(['p2', 'p3']);
    await room.runTo('take-out.check');
    const secrets = [passphraseStart, ...Object.values(parts)];
    expect(filesWith(room.desk.profile, secrets)).toEqual([]);
    await room.runToEnd();
    expect(filesWith(room.desk.profile, secrets)).toEqual([]);
    expect(filesWith(room.desk.outbound, secrets)).toEqual([]);
    // What is searched is where it would be: the people's names are there.
    expect(filesWith(room.desk.profile, ['Scripted witness']).length).toBeGreaterThan(0);
  }, 120_000);
});

/** The files below a folder that hold one of these texts, as UTF-8, UTF-16, hex or base64. */
function filesWith(folder: string, texts: readonly string[]): string[] {
  const forms = texts.flatMap((text) => {
    const bytes = Buffer.from(text);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3));
    return [bytes, Buffer.from(text, 'utf16le'), Buffer.from(bytes.toString('hex')), Buffer.from(whole.toString('base64'))]; // prettier-ignore
  });
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => {
      const bytes = readFileSync(path);
      return forms.some((form) => bytes.includes(form));
    });
}
