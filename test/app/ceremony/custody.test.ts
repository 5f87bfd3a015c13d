import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bagsOf, checkBagsClosed, checkCustody, openBags, type CustodyRecord } from '../../../app/ceremony/custody.ts';
import { custodyInWords } from '../../../app/ceremony/custody-words.ts';
import { decide } from '../../../app/ceremony/decide.ts';
import { parseEvent } from '../../../app/ceremony/events.ts';
import { replay } from '../../../app/ceremony/replay.ts';
import { hexGroups } from '../../../app/keys/fingerprint.ts';
import { registerOf } from '../../../app/ceremony/state.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { allReturned, exceptionsClosed } from '../../support/signing.ts';
import { after, confirmation, eventsOf, opened, readied, refusedBy, twoKeys, walkTo } from '../../support/walk.ts';

const state = walkTo(opened(twoKeys), 'keys.check');
const hands = { by: 'p3', witness: 'p6' };
const sealed = (bag: string, replaces: string | null = null): CustodyRecord => ({ kind: 'bag-sealed', bag, content: 'media B', replaces, ...hands }); // prettier-ignore
const unsealed = (bag: string, idMatched = true): CustodyRecord => ({ kind: 'bag-opened', bag, content: 'media A', idMatched, ...hands }); // prettier-ignore
const destroyed = (bag: string): CustodyRecord => ({ kind: 'bag-destroyed', bag, ...hands });
const medium = {
  kind: 'medium' as const,
  label: 'media B',
  serial: '',
  use: 'outbound' as const,
  written: null,
  bag: '',
  ...hands,
};
const credential: CustodyRecord = { kind: 'credential', what: 'PIN part 1', state: 'issued', bag: 'B-1', ...hands };

/** The rule against the last of these lines, after all others were entered. */
function ruleAfter(...records: CustodyRecord[]): RuleId | null {
  const before = records.slice(0, -1).reduce((now, record) => after(now, decide(now, { type: 'record-custody', record })), state); // prettier-ignore
  const last = records.at(-1);
  return last === undefined ? null : refusedBy(decide(before, { type: 'record-custody', record: last }));
}

describe('the custody register', () => {
  it.each<[string, CustodyRecord[]]>([
    ['a bag that was sealed before the ceremony and is opened in it', [unsealed('A')]],
    ['a bag that is opened and sealed again', [unsealed('A'), sealed('A')]],
    ['a bag that is opened, sealed as itself and opened once more', [unsealed('A'), sealed('A', 'A'), unsealed('A')]],
    ['a bag whose content goes into a new one', [unsealed('A'), sealed('B', 'A')]],
    ['a bag that is destroyed, open or sealed', [unsealed('A'), destroyed('A')]],
    ['a new bag, and its destruction', [sealed('B'), destroyed('B')]],
    ['a medium and a credential', [medium, credential]],
  ])('takes %s', (_, records) => {
    expect(ruleAfter(...records)).toBeNull();
  });

  it.each<[string, CustodyRecord[]]>([
    ['opened twice', [unsealed('A'), unsealed('A')]],
    ['sealed twice', [sealed('B'), sealed('B')]],
    ['opened after it was destroyed', [sealed('B'), destroyed('B'), unsealed('B')]],
    ['sealed after it was destroyed', [unsealed('A'), destroyed('A'), sealed('A')]],
    ['destroyed twice', [sealed('B'), destroyed('B'), destroyed('B')]],
    ['destroyed without having been there', [destroyed('A')]],
    ['used for the content of one that is closed', [sealed('A'), sealed('B', 'A')]],
    ['used for the content of one that nobody knows', [sealed('B', 'A')]],
    ['used for the content of another while it is in use', [unsealed('A'), unsealed('B'), sealed('B', 'A')]],
    ['opened after its content went into another', [unsealed('A'), sealed('B', 'A'), unsealed('A')]],
  ])('takes no bag that is %s', (_, records) => {
    expect(ruleAfter(...records)).toBe('CUSTODY-RECORD-FITS');
  });

  it('takes no line with somebody who has left for good, nor does a log', () => {
    const away = after(state, decide(state, { type: 'start-break', reason: 'lunch', by: 'p1' }));
    const left = after(away, decide(away, { type: 'mark-absent', person: 'p5', reason: 'ill' }));
    const back = exceptionsClosed(allReturned(left));
    for (const more of [{ by: 'p5' }, { witness: 'p5' }]) {
      const record = { ...medium, ...more };
      expect(refusedBy(decide(back, { type: 'record-custody', record }))).toBe('CUSTODY-TWO-PEOPLE');
      const log = [...eventsOf(back), { type: 'custody-recorded' as const, record }];
      expect(ruleOf(() => replay(log))).toBe('LOG-HOLDS-A-CEREMONY');
    }
    expect(refusedBy(decide(back, { type: 'record-custody', record: medium }))).toBeNull();
  });

  it.each<[string, object]>([
    ['one person as both', { by: 'p3', witness: 'p3' }],
    ['a stranger who acted', { by: 'p9' }],
    ['a stranger who saw it', { witness: 'p9' }],
  ])('takes no line with %s', (_, more) => {
    for (const record of [sealed('B'), unsealed('A'), medium, credential]) {
      expect(ruleAfter({ ...record, ...more })).toBe('CUSTODY-TWO-PEOPLE');
    }
  });

  it('takes a medium with a copy of the bundle only by the hash that was read back from it', () => {
    const end = walkTo(opened(twoKeys), 'close.sign-off');
    const [{ copy, manifestSha256 } = expect.unreachable()] = end.copies;
    const refusedWith = (written: { copy: number; manifestSha256: string }): RuleId | null =>
      refusedBy(decide(end, { type: 'record-custody', record: { ...medium, written } }));
    expect(refusedWith({ copy, manifestSha256 })).toBeNull();
    expect(refusedWith({ copy: 9, manifestSha256 })).toBe('CUSTODY-RECORD-FITS');
    expect(refusedWith({ copy, manifestSha256: 'f'.repeat(64) })).toBe('CUSTODY-RECORD-FITS');
    expect(custodyInWords({ ...medium, written: { copy, manifestSha256 } }).detail).toContain(
      hexGroups(manifestSha256).join(' '),
    );
  });

  it('makes an exception of a bag that is not as listed, and of no other', () => {
    const of = (record: CustodyRecord): (string | null)[] => after(state, decide(state, { type: 'record-custody', record })).exceptions.map(({ rule }) => rule); // prettier-ignore
    expect(of(unsealed('A', false))).toEqual(['CUSTODY-BAG-AS-LISTED']);
    expect(of(unsealed('A'))).toEqual([]);
  });

  it('lets nobody sign off while a bag is open', () => {
    const end = walkTo(opened(twoKeys), 'close.sign-off');
    const entered = (...records: CustodyRecord[]): RuleId | null => {
      const now = records.reduce((at, record) => after(at, decide(at, { type: 'record-custody', record })), end);
      const signing = readied(now);
      return refusedBy(decide(signing, confirmation(signing)));
    };
    expect(entered(unsealed('A'))).toBe('CUSTODY-BAGS-CLOSED');
    expect(entered(unsealed('A'), unsealed('B'), sealed('A'))).toBe('CUSTODY-BAGS-CLOSED');
    expect(entered(unsealed('A'), sealed('A'))).toBeNull();
    expect(entered(unsealed('A'), sealed('B', 'A'))).toBeNull();
    expect(entered(unsealed('A'), destroyed('A'))).toBeNull();
  });

  it('voids what was signed before it where everybody signs the register, and nowhere else', () => {
    const confirmedAfterLine = (step: string): RuleId | null => {
      const signing = readied(walkTo(opened(twoKeys), step));
      const confirming = confirmation(signing);
      expect(confirming.confirmedBy.length).toBeGreaterThan(0);
      const entered = after(signing, decide(signing, { type: 'record-custody', record: sealed('B') }));
      return refusedBy(decide(entered, confirming));
    };
    expect(confirmedAfterLine('close.sign-off')).toBe('APPROVAL-OF-WHAT-IS-SHOWN');
    expect(confirmedAfterLine('take-out.write')).toBeNull();
  });

  it('takes only what can be printed on one line', () => {
    const event = (record: object): unknown => ({ type: 'custody-recorded', record });
    expect(ruleOf(() => parseEvent(event(sealed('B'))))).toBeNull();
    for (const bag of ['', ' ', ' B', 'B\n', 'B\u202e', 'x'.repeat(81)]) {
      expect([bag, ruleOf(() => parseEvent(event({ ...sealed('B'), bag })))]).toEqual([bag, 'LOG-HOLDS-A-CEREMONY']);
    }
  });

  it('is refused in a log where it does not fit', () => {
    const log = eventsOf(after(state, decide(state, { type: 'record-custody', record: unsealed('A') })));
    const with2 = (record: CustodyRecord): RuleId | null => ruleOf(() => replay([...log, { type: 'custody-recorded', record }])); // prettier-ignore
    expect(with2(sealed('A'))).toBeNull();
    expect(with2(unsealed('A'))).toBe('LOG-HOLDS-A-CEREMONY');
    expect(with2({ ...sealed('A'), witness: 'p3' })).toBe('LOG-HOLDS-A-CEREMONY');
  });
});

describe('for any lines that are entered', () => {
  const bag = fc.constantFrom('A', 'B', 'C');
  const line = fc.oneof(
    fc.tuple(bag, fc.option(bag, { nil: null })).map(([one, other]) => sealed(one, other)),
    bag.map((one) => unsealed(one)),
    bag.map((one) => destroyed(one)),
  );

  /** Those of the lines that the register takes, in order. */
  function taken(lines: readonly CustodyRecord[]): CustodyRecord[] {
    const custody: CustodyRecord[] = [];
    for (const record of lines)
      if (checkCustody({ ...registerOf(state), custody }, record) === null) custody.push(record);
    return custody;
  }

  it('a destroyed bag stays destroyed, and every open bag was opened last', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const custody = taken(lines);
        const gone = new Set<string>();
        custody.forEach((_, index) => {
          const bags = bagsOf(custody.slice(0, index + 1));
          for (const id of gone) expect(bags.get(id)).toBe('destroyed');
          for (const [id, status] of bags) if (status === 'destroyed') gone.add(id);
        });
        for (const id of openBags(custody)) {
          const last = custody.findLast(
            (record) => 'kind' in record && record.kind.startsWith('bag-') && record.bag === id,
          );
          expect(last?.kind).toBe('bag-opened');
        }
      }),
    );
  });

  it('as many were opened as were sealed again, emptied into another or destroyed, once none is open', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const custody = taken(lines);
        for (const open of openBags(custody)) custody.push(destroyed(open));
        expect(checkBagsClosed(custody)).toBeNull();
        const openings = custody.filter(({ kind }) => kind === 'bag-opened').length;
        let ends = 0;
        custody.forEach((_, index) => {
          const before = bagsOf(custody.slice(0, index));
          const after1 = bagsOf(custody.slice(0, index + 1));
          for (const [id, status] of before) if (status === 'open' && after1.get(id) !== 'open') ends += 1;
        });
        expect(ends).toBe(openings);
      }),
    );
  });
});
