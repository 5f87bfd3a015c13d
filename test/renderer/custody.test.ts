import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calls } from '../../app/contract/calls.ts';
import { bagsAtHand, bagsOpen, Entry, recordKinds } from '../../renderer/custody/entry.svelte.ts';
import { openBagGap, registerField } from '../../renderer/steps/custody-gap.ts';
import { viewAt } from './view-at.ts';

/** Whether the contract takes it. */
function isTaken(record: unknown): boolean {
  const checked = calls['people.record'].input['~standard'].validate({ record });
  if (checked instanceof Promise) throw new Error('the contract is checked at once');
  return checked.issues === undefined;
}

/** A line in which everything is filled in. */
function filled(kind: Entry['kind'], text = 'A-0147'): Entry {
  const entry = new Entry();
  entry.begin(kind);
  entry.bag = entry.content = entry.label = entry.serial = entry.what = text;
  entry.matched = 'yes';
  entry.use = 'inbound';
  entry.credential = 'brought';
  entry.by = 'p3';
  entry.witness = 'p6';
  return entry;
}

const bags = [
  { bag: 'A-1', status: 'open' as const },
  { bag: 'A-2', status: 'sealed' as const },
  { bag: 'A-3', status: 'destroyed' as const },
];

describe('a line of the custody register', () => {
  it('is taken by the contract, of whatever kind it is', () => {
    for (const { value } of recordKinds) expect([value, isTaken(filled(value).record)]).toEqual([value, true]);
  });

  it('is what the contract takes, whatever was typed or pasted', () => {
    const unit = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\u00ad', '\u2028', '\n', '\ud800', '👩‍🔧'));
    const typing = fc.array(unit, { maxLength: 12 }).map((units) => units.join('').slice(0, 80));
    fc.assert(
      fc.property(
        typing,
        fc.constantFrom('bag-opened' as const, 'medium' as const, 'credential' as const),
        (text, kind) => {
          const entry = filled(kind, text);
          entry.bag = kind === 'bag-opened' ? text : '';
          expect(entry.record === null || isTaken(entry.record)).toBe(true);
        },
      ),
    );
  });

  it('says of a medium which copy is on it, with the hash that was read back, where it leaves the room', () => {
    const entry = new Entry(() => 'ab'.repeat(32));
    Object.assign(entry, { kind: 'medium', label: 'Media B', use: 'outbound', by: 'p3', witness: 'p6' });
    expect(entry.record).toMatchObject({ written: null });
    entry.copy = '2';
    expect(entry.record).toMatchObject({ written: { copy: 2, manifestSha256: 'ab'.repeat(32) } });
    expect(isTaken(entry.record)).toBe(true);
    entry.use = 'inbound';
    expect(entry.record).toMatchObject({ written: null });
  });

  it('waits for two different people, and for what its kind must say', () => {
    const alone = filled('bag-destroyed');
    alone.witness = alone.by;
    expect(alone.record).toBeNull();
    const unsaid = filled('bag-opened');
    unsaid.matched = '';
    expect(unsaid.record).toBeNull();
    const useless = filled('medium');
    useless.use = '';
    expect(useless.record).toBeNull();
  });

  it('says that a seal was not as listed', () => {
    const entry = filled('bag-opened');
    entry.matched = 'no';
    expect(entry.record).toMatchObject({ kind: 'bag-opened', idMatched: false });
  });

  it('begins empty, with the same people', () => {
    const entry = filled('bag-sealed');
    entry.begin('bag-opened');
    expect([entry.record, entry.bag, entry.content, entry.by, entry.witness]).toEqual([null, '', '', 'p3', 'p6']);
  });

  it('is about bags that are at hand', () => {
    expect(bagsAtHand(bags)).toEqual(['A-1', 'A-2']);
    expect(bagsOpen(bags)).toEqual(['A-1']);
  });
});

describe('an open bag', () => {
  const custody = { bags, lines: [] };

  it('keeps the ceremony from being closed, completed or aborted', () => {
    for (const step of ['close.sign-off', 'abort.sign-off']) {
      const gap = openBagGap({ ...viewAt({ size: 8, step }), custody });
      expect(gap?.field).toBe(registerField);
      expect(gap?.words).toContain('A-1');
      expect(gap?.words).not.toContain('A-2');
    }
  });

  it('keeps no other step waiting, and is none once it is sealed', () => {
    expect(openBagGap({ ...viewAt({ size: 8, step: 'keys.make' }), custody })).toBeNull();
    const sealed = { bags: bags.slice(1), lines: [] };
    expect(openBagGap({ ...viewAt({ size: 8, step: 'close.sign-off' }), custody: sealed })).toBeNull();
  });
});
