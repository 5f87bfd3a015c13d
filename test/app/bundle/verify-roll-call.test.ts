import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSamePerson } from '../../../app/ceremony/identity.ts';
import { verifyBundle } from '../../../app/bundle/verify-bundle.ts';
import { application, withLog } from './bundle-maker.ts';
import { sampleBundle, sampleEvents } from './sample-bundle.ts';
import { stepAt, type Event } from './sample-log.ts';

// Every log here is chained and signed anew by the people who are named in it.

const sample = sampleBundle();
const rule = 'BUNDLE-ROLL-CALL-AS-PLANNED';
const events = sampleEvents();
const at = stepAt('roll-call.people', events);
const [ada, kim] = (events[at]?.['input'] as { people: [Event, Event] }).people;

/** Whether the roll call is broken when these are named, under the plan as it is or another. */
function isBroken(people: readonly Event[], change: Event = {}): boolean {
  const plan = { ...(events[0]?.['plan'] as Event), ...change };
  const log = events.with(at, { ...events[at], input: { kind: 'people', people } }).with(0, { ...events[0], plan });
  const results = verifyBundle({ folder: sample.folder, files: withLog(sample.files, log) }, application);
  return results.some((result) => result.rule === rule && result.outcome === 'broken');
}

describe('the people of a record', () => {
  it('are those whom the plan seats', () => {
    expect(isBroken([ada, kim])).toBe(false);
  });

  it.each<[string, Event[]]>([
    ['without a name', [{ ...ada, name: '' }, kim]],
    ['with a name of nothing that can be seen', [{ ...ada, name: '\u200b' }, kim]],
    ['without initials', [{ ...ada, initials: '' }, kim]],
    ['with small initials', [{ ...ada, initials: 'al' }, kim]],
    ['without a word on how they were identified', [{ ...ada, identifiedBy: '' }, kim]],
    ['with the initials of another', [ada, { ...kim, initials: ada['initials'] ?? '' }]],
    ['with the id of another', [ada, { ...kim, id: ada['id'] ?? '' }]],
    ['with the name of another', [ada, { ...kim, name: 'ADA' }]],
    ['with the name of another, and another organisation', [{ ...ada, organisation: 'ACME' }, { ...kim, name: 'Ada', organisation: 'Contoso' }]], // prettier-ignore
    ['with the name of another, and another document', [ada, { ...kim, name: 'Ada', identifiedBy: 'staff card' }]],
    ['without a role', [{ ...ada, roles: [] }, kim]],
    ['with a role twice', [{ ...ada, roles: ['operator', 'operator'] }, kim]],
    ['with a role that there is not', [{ ...ada, roles: ['operator', 'king'] }, kim]],
    ['with roles that exclude each other', [{ ...ada, roles: ['operator', 'witness'] }, { ...kim, roles: ['custodian'] }]], // prettier-ignore
    ['in a role that has no seat', [ada, { ...kim, roles: ['witness'] }, { ...kim, id: 'p3', name: 'Sam', initials: 'SR' }]], // prettier-ignore
    ['alone', [{ ...ada, roles: ['operator', 'witness'] }]],
    ['nobody', []],
  ])('are refused: %s', (_, people) => {
    expect(isBroken(people)).toBe(true);
  });

  it('may have one name, where organisation and document show that they are two', () => {
    const namesake = { ...kim, name: 'Ada', organisation: 'Contoso', identifiedBy: 'staff card' };
    expect(isBroken([{ ...ada, organisation: 'ACME' }, namesake])).toBe(false);
  });

  it('may combine what the plan lets them, and nothing that it keeps apart', () => {
    const both = [{ ...ada, roles: ['operator', 'custodian'] }, kim];
    const seats = { roles: { operator: 1, custodian: 1, witness: 1 } };
    expect(isBroken(both, seats)).toBe(false);
    expect(isBroken(both, { ...seats, separate: [['operator', 'custodian']] })).toBe(true);
  });

  it('are refused where somebody was named at another step, or nobody was', () => {
    const other = stepAt('roll-call.present', events);
    const log = (changed: readonly Event[]) =>
      verifyBundle({ folder: sample.folder, files: withLog(sample.files, changed) }, application)
        .filter(({ outcome }) => outcome === 'broken')
        .map((result) => result.rule);
    expect(log(events.with(other, { ...events[other], input: events[at]?.['input'] ?? null }))).toContain(rule);
    expect(log(events.toSpliced(at, 1))).toContain(rule);
  });

  it('are the same two people to the verifier as to the engine, which shares no code with it', () => {
    const spelling = fc.array(fc.constantFrom('a', 'A', 'ä', 'a\u0308', 'ß', 'SS', 'ẞ', ' ', '\u00a0', '\u034f', '\ufe0f', 'ａ', '-', 'b', 'И'), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('')); // prettier-ignore
    const words = fc.constantFrom('', 'ACME', 'acme ', 'Contoso');
    const someone = fc.record({ name: spelling, organisation: words, identifiedBy: fc.constantFrom('passport', 'Passport', 'staff card') }); // prettier-ignore
    fc.assert(
      fc.property(someone, someone, (one, other) => {
        // Both forms are asked for by other rules; here it is about telling people apart.
        fc.pre([one, other].every(({ name }) => name.trim() === name && /[\p{L}]/u.test(name)));
        const named = [{ ...ada, ...one }, { ...kim, ...other }] as const; // prettier-ignore
        const isSame = isSamePerson(one, other);
        expect(isBroken(named)).toBe(isSame);
      }),
      { numRuns: 60 },
    );
  });
});
