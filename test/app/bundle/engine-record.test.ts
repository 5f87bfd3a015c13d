import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../../app/audit/entry.ts';
import type { Manifest } from '../../../app/bundle/manifest.ts';
import { check, type RuleResult } from '../../../app/bundle/verification.ts';
import { checkApprovals } from '../../../app/bundle/verify-approvals.ts';
import { checkBreaks } from '../../../app/bundle/verify-breaks.ts';
import { checkClock } from '../../../app/bundle/verify-clock.ts';
import { checkConfirmations } from '../../../app/bundle/verify-confirmations.ts';
import { checkExceptions } from '../../../app/bundle/verify-exceptions.ts';
import { checkQuorum } from '../../../app/bundle/verify-quorum.ts';
import { checkNamed } from '../../../app/bundle/verify-roll-call.ts';
import { checkSteps } from '../../../app/bundle/verify-steps.ts';
import { factsOf } from '../../../app/bundle/log-facts.ts';
import { toldIn } from '../../../app/bundle/told-events.ts';
import { replayLog } from '../../../app/ceremony/replay.ts';
import { engineRecord, lost } from './engine-record.ts';
import { sampleLog, stepAt, unsigned, type Event } from './sample-log.ts';

// What the engine decides, the verifier finds sound, though the two share no code; and what is changed in it, it finds.

let record: readonly Entry[];
let events: readonly Event[];

beforeAll(() => {
  record = engineRecord();
  events = record.map(({ event }) => unsigned(event as Event));
});

/** The rules that look at the log alone ask for nothing else of a bundle. */
function results(entries: readonly Entry[]): RuleResult[] {
  const readings = { entries: toldIn(entries), files: new Map<string, Uint8Array>(), manifest: {} as Manifest };
  return [
    check('BUNDLE-ROLL-CALL-AS-PLANNED', () => checkNamed(readings)),
    check('BUNDLE-STEPS-AS-PLANNED', () => checkSteps(readings)),
    check('BUNDLE-CONFIRMED-AS-PLANNED', () => checkConfirmations(readings)),
    check('BUNDLE-APPROVALS-SIGNED', () => checkApprovals(readings)),
    check('BUNDLE-QUORUM-APPROVED', () => checkQuorum(readings)),
    check('BUNDLE-EXCEPTIONS-CLOSED', () => checkExceptions(readings)),
    check('BUNDLE-BREAKS-ENDED', () => checkBreaks(readings)),
    check('BUNDLE-CLOCK-TOLD', () => checkClock(readings)),
  ];
}

const broken = (entries: readonly Entry[]) => results(entries).flatMap(({ rule, outcome }) => (outcome === 'holds' ? [] : [rule])); // prettier-ignore
const ofType = (type: string) => events.filter((event) => event['type'] === type);
const isAbout = (event: Event, type: string, more: Event = {}) =>
  Object.entries({ type, ...more }).every(([name, value]) => event[name] === value);
/** Signed anew by everybody in the room, without the events that are picked. */
const without = (isGone: (event: Event) => boolean) => broken(sampleLog(events.filter((event) => !isGone(event))));

describe('a record that the engine decided', () => {
  it('is sound to the engine and to the verifier, as it was signed and signed anew', () => {
    expect(replayLog(record)?.leftOut.has(lost)).toBe(true);
    expect(results(record).filter(({ outcome }) => outcome !== 'holds')).toEqual([]);
    expect(broken(sampleLog(events))).toEqual([]);
    expect([...factsOf(toldIn(record)).leftOut.keys()]).toEqual([lost]);
  });

  it('holds something of everything that the verifier looks at', () => {
    const types = new Set(record.map(({ event }) => (event as Event)['type']));
    for (const type of [
      'exception-closed',
      'person-absent',
      'person-returned',
      'ceremony-resumed',
      'passphrase-refused',
    ]) {
      expect(types).toContain(type);
    }
    expect(ofType('exception-opened').length).toBeGreaterThan(3);
  });

  it('is refused where the quorum is short by one', () => {
    const at = stepAt('bring-in.accept', events);
    // Two custodians and the witness are asked for: somebody of them is missing, and nobody else stands in.
    const of = (...confirmedBy: string[]) => broken(sampleLog(events.with(at, { ...events[at], confirmedBy })));
    expect(of('p4', 'p5', 'p6')).toEqual([]);
    const tooFew = ['BUNDLE-CONFIRMED-AS-PLANNED', 'BUNDLE-QUORUM-APPROVED'];
    for (const short of [of('p4', 'p6'), of('p4', 'p5')]) expect(short).toEqual(tooFew);
    expect(of('p4', 'p4', 'p6')).toEqual([...tooFew, 'BUNDLE-BREAKS-ENDED']);
    const isOfP5 = (event: Event) => isAbout(event, 'approval-given', { subject: 'bring-in.accept', person: 'p5' });
    expect(without(isOfP5)).toEqual(['BUNDLE-QUORUM-APPROVED']);
  });

  it('is refused where an exception is closed by one too few, or is dropped', () => {
    const closed = ofType('exception-closed').at(0) ?? {};
    const by = (closed['confirmedBy'] as string[]).filter((id) => id !== 'p6');
    const short = events.with(events.indexOf(closed), { ...closed, confirmedBy: by });
    expect(broken(sampleLog(short))).toEqual(['BUNDLE-EXCEPTIONS-CLOSED']);
    const exception = Number(closed['exception']);
    const isOfIt = (event: Event) => event['exception'] === exception || event['subject'] === `exception.${exception}`; // prettier-ignore
    expect(without(isOfIt)).toEqual(['BUNDLE-EXCEPTIONS-CLOSED']);
  });

  it('is refused where somebody confirms or approves after having left for good', () => {
    const at = stepAt('keys.check', events);
    const joined = events.with(at, {
      ...events[at],
      confirmedBy: [...(events[at]?.['confirmedBy'] as string[]), 'p3'],
    });
    expect(broken(sampleLog(joined))).toEqual(['BUNDLE-BREAKS-ENDED']);
    const approval = events.findIndex((event) => isAbout(event, 'approval-given', { subject: 'wrap.approve' }));
    const again = events.toSpliced(approval, 0, { ...events[approval], person: 'p3' });
    expect(broken(sampleLog(again))).toEqual(['BUNDLE-APPROVALS-SIGNED']);
  });

  it('is refused where a break or a restart does not wait for somebody', () => {
    const returns = ofType('person-returned');
    for (const gone of [returns.at(0), returns.at(-1)]) {
      expect(without((event) => event === gone)).toEqual(['BUNDLE-BREAKS-ENDED']);
    }
    expect(without((event) => isAbout(event, 'person-absent'))).toContain('BUNDLE-BREAKS-ENDED');
  });

  it('is refused where what was approved last is not what was done', () => {
    const isLast = (event: Event) => isAbout(event, 'approval-asked', { subject: 'take-out.write' });
    const [other = {}, done = {}] = events.filter(isLast);
    expect(JSON.stringify(other)).toContain('/media/x');
    expect(broken(sampleLog(events.with(events.indexOf(done), other)))).toEqual(['BUNDLE-QUORUM-APPROVED']);
  });
});
