import { describe, expect, it } from 'vitest';
import { reportBytes, reportOf, type Report } from '../../../app/record/report.ts';
import type { Entry } from '../../../app/audit/entry.ts';
import { currentStep } from '../../../app/ceremony/state.ts';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { hexToBytes } from '../../../app/keys/bytes.ts';
import { acted, eventfulState, logOf } from '../../support/report-log.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { exceptionsClosed, publicKeyOf } from '../../support/signing.ts';
import {
  atWork,
  azureKey,
  failing,
  opened,
  planWith,
  position,
  toTheEnd,
  twoKeys,
  typedAlone,
  walkTo,
} from '../../support/walk.ts';

// Years later somebody asks what happened in the room, and has nothing but the log.

const whole = reportOf(logOf(toTheEnd(opened(twoKeys))));
const eventful = reportOf(logOf(eventfulState()));
const aborted = (state: ReturnType<typeof walkTo>): Report['end'] => {
  const step = currentStep(state)?.id ?? '';
  return reportOf(logOf(acted(state, { type: 'stop-ceremony', step, reason: 'Alarm' }))).end;
};

describe('the report of a ceremony', () => {
  it('is the same bytes for the same log, in whatever order the members of an entry came', () => {
    const log = logOf(toTheEnd(opened(twoKeys)));
    const turned = JSON.parse(JSON.stringify(log), (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).toReversed())
        : value,
    ) as Entry[];
    expect(Buffer.compare(reportBytes(reportOf(log)), reportBytes(reportOf(turned)))).toBe(0);
    expect(JSON.parse(Buffer.from(reportBytes(whole)).toString())).toEqual(whole);
  });

  it('names everybody with the hash of their key, and what each signed', () => {
    expect(whole.people).toHaveLength(6);
    expect(whole.people[2]).toMatchObject({ initials: 'PC', roles: ['custodian'], absent: null });
    expect(whole.people[2]?.approvalKeySha256).toBe(sha256Hex(hexToBytes(publicKeyOf('p3'))));
    const made = whole.steps.find(({ step }) => step === 'keys.make');
    expect(made?.approvals.map(({ initials }) => initials)).toEqual(made?.confirmedBy.map(({ initials }) => initials));
    expect(new Set(made?.approvals.map(({ parametersSha256 }) => parametersSha256)).size).toBe(1);
    expect(whole.steps.find(({ step }) => step === 'token.probe')?.approvals).toEqual([]);
  });

  it('tells every time who gave a PIN, how, and what came of it: at the steps, and when the token was opened again', () => {
    const given = whole.token?.pins.map(({ step, how, by, refusedBy }) => [step?.split(' ')[0], how, by, refusedBy]);
    expect(given).toEqual([['3.1', 'one', ['PA'], null], ['3.2', 'one', ['PA'], null]]); // prettier-ignore
    const at = walkTo(opened(twoKeys), 'keys.make');
    const credential = { ...typedAlone, how: 'parts' as const, by: ['p4', 'p3'], finalTryAccepted: true };
    const attempt = { credential, confirmedBy: at.people.map(({ id }) => id) };
    const refusal = { rule: 'TOKEN-PIN-ACCEPTED', cause: 'wrong', remedy: 'again' };
    const failed = exceptionsClosed(acted(at, { type: 'refuse-token', refusal, ...attempt }));
    const reopened = acted(failed, { type: 'reopen-token', serial: 'abc123', ...attempt });
    const again = { how: 'parts', by: ['PD', 'PC'], finalTryAccepted: true, step: null };
    expect(reportOf(logOf(reopened)).token?.pins.slice(2)).toMatchObject([
      { ...again, refusedBy: 'TOKEN-PIN-ACCEPTED' },
      { ...again, refusedBy: null },
    ]);
  });

  it('tells of each step when it began, was confirmed and ended', () => {
    for (const { from, confirmed, to, outcome } of whole.steps) {
      expect([from, confirmed, to].toSorted()).toEqual([from, confirmed, to]);
      expect(outcome).toBe('done');
    }
    const [first, second] = whole.steps;
    expect(second?.from).toBe(first?.to);
  });

  it('tells of each key what identifies it, under what it left and what became of it', () => {
    expect(whole.keys.map(({ id, state }) => [id, state])).toEqual([['root', 'destroyed'], ['constructor', 'in-token']]); // prettier-ignore
    for (const { publicKeySha256, kek, wrap } of whole.keys) {
      expect(publicKeySha256).toMatch(/^[0-9a-f]{64}$/u);
      expect(kek).toMatchObject({ bits: 4096 });
      expect(wrap).toMatchObject({ method: 'rsa-aes', performed: 'composed' });
    }
    expect(whole.media.map(({ copy }) => copy)).toEqual([1, 2]);
  });

  it('has a line for every entry, and the place of the log', () => {
    const log = logOf(toTheEnd(opened(twoKeys)));
    expect(whole.entries.map(({ entry }) => entry)).toEqual(log.map(({ sequence }) => sequence));
    expect(whole.log.entries).toBe(log.length);
    expect(whole.log.head).not.toBe(whole.log.root);
  });
});

describe('what did not go as planned', () => {
  it('is told with its step as it was called, what was decided, and by whose signatures', () => {
    expect(eventful.exceptions.map(({ rule }) => rule)).toEqual([null, 'BREAK-ENDED-BY-EVERYBODY', 'TOKEN-ANSWERS']);
    const [alarm, , failure] = eventful.exceptions;
    const accepted = eventful.steps.find(({ step }) => step === 'token.accept');
    expect(alarm?.at.name).toBe(`${accepted?.number} ${accepted?.title}`);
    expect(alarm?.openedBy).toBe('Person 6');
    expect(failure?.closed).toMatchObject({ without: 'lost' });
    expect(failure?.closed?.approvals.map(({ initials }) => initials)).toEqual(failure?.closed?.by);
    expect(eventful.keys.find(({ id }) => id === 'lost')?.leftOut).not.toBeNull();
    expect(eventful.steps.filter(({ step, outcome }) => step === 'wrap.wrap' && outcome === 'failed')).toHaveLength(1);
  });

  it('has who came back from a break, who did not, and where every bag is', () => {
    expect(eventful.breaks).toHaveLength(1);
    expect(eventful.breaks[0]).toMatchObject({ by: 'PA', returned: ['PA', 'PB', 'PC', 'PD', 'PF'] });
    expect(eventful.breaks[0]?.to).not.toBeNull();
    expect(eventful.people.filter(({ absent }) => absent !== null).map(({ id }) => id)).toEqual(['p5']);
    expect(eventful.custody.bags).toEqual([{ bag: 'A-1', status: 'destroyed' }, { bag: 'A-2', status: 'sealed' }]); // prettier-ignore
  });

  it('names the step of an abort that nobody confirmed by the one before it', () => {
    const state = walkTo(opened(twoKeys), 'bring-in.compare.root');
    const stopped = acted(state, { type: 'stop-ceremony', step: 'bring-in.compare.root', reason: 'Another hash' });
    const { at } = reportOf(logOf(stopped)).aborted[0] ?? {};
    expect(at).toMatchObject({ step: 'bring-in.compare.root', name: null });
    expect(at?.after).toContain('4.1');
  });

  it('closes a break that a restart came into, and begins the next', () => {
    const onBreak = acted(walkTo(opened(twoKeys), 'keys.make'), { type: 'start-break', reason: 'Lunch', by: 'p1' });
    const resumed = acted(onBreak, { type: 'resume-ceremony', application: 'Keyferry 0.1.0', position });
    expect(reportOf(logOf(resumed)).breaks.map(({ by, to }) => [by, to === null])).toEqual([['PA', false], [null, true]]); // prettier-ignore
  });
});

describe('the end', () => {
  it('is what the room saw', () => {
    expect(whole.end).toBe('completed');
    expect(eventful.end).toBe('aborted-clean');
    expect(reportOf(logOf(walkTo(opened(twoKeys), 'keys.make'))).end).toBe('under-way');
  });

  it('of an abort comes with its sign-off, or at once where nobody can sign', () => {
    expect(aborted(walkTo(opened(twoKeys), 'keys.make'))).toBe('under-way');
    expect(aborted(walkTo(opened(twoKeys), 'prepare.plan'))).toBe('aborted-clean');
  });

  it('of a second abort is not clean while a key is there, or was being made', () => {
    const twice = (state: ReturnType<typeof walkTo>): Report['end'] =>
      aborted(acted(state, { type: 'stop-ceremony', step: currentStep(state)?.id ?? '', reason: 'Fire' }));
    expect(twice(walkTo(opened(twoKeys), 'wrap.approve'))).toBe('aborted-with-keys-present');
    expect(twice(atWork(walkTo(opened(planWith([azureKey('root')])), 'keys.make')))).toBe('aborted-with-keys-present');
    expect(twice(failing(atWork(walkTo(opened(planWith([azureKey('root')])), 'keys.make'))))).toBe('aborted-clean');
  });
});

describe('what is no log of a ceremony', () => {
  it('has no report', () => {
    const [first, ...others] = logOf(walkTo(opened(twoKeys), 'prepare.plan'));
    const withPlan = (plan: unknown): Entry[] => [{ ...first, event: { ...(first?.event as object), plan } } as Entry];
    for (const entries of [[], others, withPlan(null), withPlan({ title: 'x' })]) {
      expect(ruleOf(() => reportOf(entries))).toBe('LOG-HOLDS-A-CEREMONY');
    }
  });
});
