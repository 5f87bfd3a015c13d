import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { publicKeyOf, signatureOf } from '../../support/signing.ts';
import { application, besidesSteps, withLog } from './bundle-maker.ts';
import { newPublicKey, sampleBundle, sampleEvents } from './sample-bundle.ts';
import {
  mediumNoted,
  aBreak,
  asked,
  askedStep,
  confirmed,
  exceptionClosed,
  given,
  registered,
  returned,
  sampleLog,
  stepAt,
  type Event,
} from './sample-log.ts';

// Somebody who can write the record writes it anew: chain, transcript, sheet and manifest are made to fit every time.

const sample = sampleBundle();
const broken = (events: readonly JsonValue[]) =>
  besidesSteps(
    verifyBundle({ folder: sample.folder, files: withLog(sample.files, events) }, application).flatMap(
      ({ rule, outcome }) => (outcome === 'broken' ? [rule] : []),
    ),
  );
const rule = ['BUNDLE-APPROVALS-SIGNED'];
/** Who is not who the roll call says cannot have cosigned either. */
const uncosigned = [...rule, 'BUNDLE-CHECKPOINTS-COSIGNED'];

const events = sampleEvents();
/** The same with every signature in it. */
const signedIn = (log: readonly JsonValue[]): Event[] => sampleLog(log).map(({ event }) => event as Event);
const signed = signedIn(events);
const indexOf = (type: string, more: Event = {}, of: readonly Event[] = events) =>
  of.findIndex((event) => Object.entries({ type, ...more }).every(([name, value]) => event[name] === value));
const approvalOf = (subject: string) => indexOf('approval-given', { subject });
const step = 'wrap.approve';
const at = approvalOf(step);

/** Everything before an event as it was signed, the event changed, and what follows signed anew. */
const changedAt = (index: number, change: Event, from: readonly Event[] = signed) => [
  ...from.slice(0, index),
  { ...from[index], ...change },
  ...events.slice(index + 1),
];
/** The last digit differs: of the second number of the signature. */
const flipped = (hex: JsonValue | undefined): string => {
  const text = typeof hex === 'string' ? hex : '';
  return `${text.slice(0, -1)}${text.endsWith('0') ? '1' : '0'}`;
};

describe('a signature of somebody in the room', () => {
  it.each(['approval-key-registered', 'approval-given'])('is refused where a bit of it differs: %s', (type) => {
    const index = indexOf(type);
    expect(broken(changedAt(index, { signature: flipped(signed[index]?.['signature']) }))).toEqual(rule);
    // What is no signature at all is no event of a ceremony.
    expect(broken(changedAt(index, { signature: '' }))).toEqual(['BUNDLE-EVENTS-IN-FORM']);
    expect(broken(changedAt(index, {}))).toEqual([]);
  });

  it('is refused at another place of the log, whatever it says of its place', () => {
    const { log = null } = signed[at] ?? {};
    const moved = [...events.slice(0, at), mediumNoted, ...events.slice(at)];
    expect(broken(moved)).toEqual([]);
    expect(broken(moved.with(at + 1, signed[at] ?? {}))).toEqual(rule);
    const there = signedIn(moved)[at + 1]?.['log'] ?? null;
    expect(broken(moved.with(at + 1, { ...signed[at], log: there }))).toEqual(rule);
    // The right size, and another head.
    expect(broken(changedAt(at, { log: { ...(log as Event), head: '0'.repeat(64) } }))).toEqual(rule);
  });

  it('is refused where it was given at another step or in another ceremony', () => {
    const { signature = null } = signed[approvalOf('keys.make')] ?? {};
    expect(broken(changedAt(at, { signature }))).toEqual(rule);
    const elsewhere = signedIn([{ ...events[0], ceremony: 'rehearsal-2026-11-23-000000' }, ...events.slice(1)]);
    expect(broken(changedAt(at, { signature: elsewhere[at]?.['signature'] ?? null }))).toEqual(rule);
    const ofOtherPlan = signedIn([{ ...events[0], planSha256: '0'.repeat(64) }, ...events.slice(1)]);
    expect(broken(changedAt(at, { signature: ofOtherPlan[at]?.['signature'] ?? null }))).toEqual(rule);
  });

  it('is refused where it is by the key of another, or by a stranger', () => {
    const byAnother = signedIn(events.with(at, { ...events[at], person: 'p1' }));
    expect(broken(changedAt(at, { signature: byAnother[at]?.['signature'] ?? null }))).toEqual(rule);
    expect(broken([...events.slice(0, at), given(step, 'p3'), ...events.slice(at)])).toEqual(uncosigned);
  });

  it('is refused where what was shown was changed afterwards, with its hash or without', () => {
    const asking = signed[at - 1] ?? {};
    const parameters = { ...(asking['parameters'] as Event), facts: [] };
    const edited = (change: Event) => changedAt(at, {}, signed.with(at - 1, { ...asking, ...change }));
    const isShown = ['BUNDLE-APPROVALS-SIGNED', 'BUNDLE-QUORUM-APPROVED'];
    expect(broken(edited({ parameters }))).toEqual(isShown);
    expect(broken(edited({ parameters, sha256: null }))).toEqual(isShown);
    const spoken = { ...(asking['parameters'] as Event), says: ['All is well.'] };
    expect(broken(edited({ parameters: spoken, sha256: null }))).toEqual(rule);
  });

  it('is refused under what shows another subject or another plan', () => {
    const asking = { ...askedStep(step, { kind: 'none' }) };
    const other = { ...(asking['parameters'] as Event), subject: 'keys.make' };
    expect(broken(events.with(at - 1, { ...asking, parameters: other }))).toEqual(rule);
    const ofOther = { ...(asking['parameters'] as Event), plan: '0'.repeat(64) };
    expect(broken(events.with(at - 1, { ...asking, parameters: ofOther }))).toEqual(rule);
  });

  it('is refused for what is not asked, and twice for what is', () => {
    expect(broken(events.toSpliced(at + 1, 0, given(step, 'p2')))).toEqual(rule);
    expect(broken(events.toSpliced(at - 1, 0, given(step, 'p1')))).toEqual(rule);
    expect(broken(events.toSpliced(at, 0, given('take-out.write', 'p1')))).toEqual(rule);
  });

  it('is refused where somebody comes back with the key of another', () => {
    const breakAt = stepAt('keys.make', events) + 1;
    const withBreak = events.toSpliced(breakAt, 0, ...aBreak());
    const wrong = signedIn(withBreak.with(breakAt + 1, returned('p2')))[breakAt + 1] ?? {};
    const back = [
      ...signedIn(withBreak).slice(0, breakAt + 1),
      { ...wrong, person: 'p1' },
      ...withBreak.slice(breakAt + 2),
    ];
    expect(broken(withBreak)).toEqual([]);
    expect(broken(back)).toEqual(rule);
  });
});

describe('the approval keys', () => {
  const first = indexOf('approval-key-registered');
  const sealed = stepAt('roll-call.present', events);
  const put = (index: number, ...more: readonly Event[]) => events.toSpliced(index, 0, ...more);

  it.each<[string, readonly Event[], string[]?]>([
    ['registered twice', put(sealed, registered('p2'))],
    [
      'registered twice, the second time another',
      put(sealed, { ...registered('p2'), publicKey: publicKeyOf('p3') }),
      uncosigned,
    ],
    ['one for two people', events.with(first + 1, { ...registered('p2'), publicKey: publicKeyOf('p1') }), uncosigned],
    ['of a stranger', put(sealed, registered('p3'))],
    ['on no curve', events.with(first, { ...registered('p1'), publicKey: `${publicKeyOf('p1').slice(0, -2)}00` })],
    ['of another form', events.with(first, { ...registered('p1'), publicKey: 'ff' })],
    ['registered too late', put(sealed + 1, registered('p1')).toSpliced(first, 1)],
    ['not of everybody', events.toSpliced(first, 1)],
    ['of people who were named anew', put(sealed, events[stepAt('roll-call.people', events)] ?? {})],
  ])('are refused: %s', (_, log, rules = rule) => {
    expect(broken(log)).toEqual(rules);
  });

  it('are refused where the key is another than the one that proves itself', () => {
    const spki = Buffer.from(newPublicKey()).toString('hex');
    expect(broken(changedAt(first, { publicKey: spki }))).toEqual(rule);
    expect(broken(events.with(first, { ...registered('p1'), signature: signatureOf('p1', new Uint8Array(32)), log: signed[first]?.['log'] ?? null }))).toEqual(rule); // prettier-ignore
  });

  it('are refused where the roll call tells another name than was signed', () => {
    const named = stepAt('roll-call.people', events);
    const input = JSON.parse(JSON.stringify(events[named]?.['input']).replace('Ada', 'Eve')) as JsonValue;
    const renamed = events.with(named, confirmed('roll-call.people', [], input));
    expect(broken(renamed)).toEqual([]);
    const { signature = null } = signed[first] ?? {};
    const log = signedIn(renamed)[first]?.['log'] ?? null;
    expect(broken(renamed.with(first, { ...registered('p1'), signature, log }))).toEqual(rule);
  });
});

it('an approval told in another form is not passed over', () => {
  const { subject = null } = events[at] ?? {};
  expect(broken(events.with(at, { type: 'approval-given', subject, person: 'p2' }))).toEqual(['BUNDLE-EVENTS-IN-FORM']);
  expect(broken(events.toSpliced(at, 0, asked(step, { facts: null })))).toEqual(['BUNDLE-EVENTS-IN-FORM']);
  // A step is not shown like a decision, nor a decision like a step.
  const [shown = {}] = exceptionClosed(1);
  expect(broken(events.toSpliced(at, 0, { ...shown, subject: step, parameters: { ...(shown['parameters'] as Event), subject: step } }))).toContain('BUNDLE-APPROVALS-SIGNED'); // prettier-ignore
});
