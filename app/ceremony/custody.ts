import * as v from 'valibot';
import { refusal, type Refusal } from '../rules/refusal.ts';
import type { Person } from './roles.ts';

const name = v.pipe(v.string(), v.regex(/^(?=\S)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,80}(?<=\S)$/u));
const maybe = v.pipe(v.string(), v.regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{0,200}$/u));
const personId = v.string();

/** One line of the custody register: who held what, and who saw it. */
export const custodyRecordSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('bag-sealed'),
    bag: name,
    content: name,
    /** The opened bag whose content goes into this one; null when that content was in none, or the bag is the same. */
    replaces: v.nullable(name),
    by: personId,
    witness: personId,
  }),
  v.strictObject({
    kind: v.literal('bag-opened'),
    bag: name,
    content: name,
    /** Whether the number on the bag was the number on the list, and the bag unharmed. */
    idMatched: v.boolean(),
    by: personId,
    witness: personId,
  }),
  v.strictObject({ kind: v.literal('bag-destroyed'), bag: name, by: personId, witness: personId }),
  v.strictObject({
    kind: v.literal('medium'),
    label: name,
    serial: maybe,
    use: v.picklist(['inbound', 'outbound', 'other']),
    /** Which copy of the bundle is on it, with the SHA-256 of its manifest as written and read back; null for none. */
    written: v.nullable(v.strictObject({ copy: v.number(), manifestSha256: v.string() })),
    /** Where it lies now; empty when it lies in no bag. */
    bag: maybe,
    by: personId,
    witness: personId,
  }),
  v.strictObject({
    kind: v.literal('credential'),
    what: name,
    state: v.picklist(['brought', 'issued', 'returned', 'destroyed']),
    bag: maybe,
    by: personId,
    witness: personId,
  }),
]);

export type CustodyRecord = v.InferOutput<typeof custodyRecordSchema>;

/** What the register is checked against: who is there, what stands in it, and which copies were written. */
export interface Register {
  /** All but those who had to leave for good. */
  readonly present: readonly Person[];
  readonly custody: readonly CustodyRecord[];
  readonly copies: readonly { readonly copy: number; readonly manifestSha256: string }[];
}

/** Where a bag stands after the records so far. */
export type BagStatus = 'sealed' | 'open' | 'destroyed';

/**
 * The bags of the register.
 * @param records - in the order of the log
 * @returns the status of each bag by its id, in the order in which they came up
 */
export function bagsOf(records: readonly CustodyRecord[]): ReadonlyMap<string, BagStatus> {
  const bags = new Map<string, BagStatus>();
  for (const record of records) {
    if (record.kind === 'bag-opened') bags.set(record.bag, 'open');
    if (record.kind === 'bag-destroyed') bags.set(record.bag, 'destroyed');
    if (record.kind === 'bag-sealed') {
      bags.set(record.bag, 'sealed');
      if (record.replaces !== null && record.replaces !== record.bag) bags.set(record.replaces, 'destroyed');
    }
  }
  return bags;
}

/**
 * The bags that were opened and neither closed again nor destroyed.
 * @param records - in the order of the log
 * @returns their ids
 */
export function openBags(records: readonly CustodyRecord[]): readonly string[] {
  return [...bagsOf(records)].filter(([, status]) => status === 'open').map(([bag]) => bag);
}

/**
 * Checks a new line of the register.
 * @param register - who is there, and the register so far
 * @param record - what somebody wants to enter
 * @returns null when it stands, otherwise the first rule against it
 */
export function checkCustody(register: Register, record: CustodyRecord): Refusal | null {
  const areHere = [record.by, record.witness].every((id) => register.present.some((person) => person.id === id));
  if (!areHere || record.by === record.witness) {
    return refusal(
      'CUSTODY-TWO-PEOPLE',
      'Somebody is entered who was not named at roll call, has left for good, or is entered as both.',
    );
  }
  if (record.kind === 'medium') return checkMedium(register, record);
  if (record.kind === 'credential') return null;
  const bags = bagsOf(register.custody);
  const status = bags.get(record.bag);
  const against = objectionTo(record, status, bags);
  return against === null ? null : refusal('CUSTODY-RECORD-FITS', `Bag ${record.bag} ${against}.`);
}

/** A medium that is said to hold a copy holds one that was written, by the hash that was read back. */
function checkMedium(
  { copies }: Register,
  { label, written }: Extract<CustodyRecord, { kind: 'medium' }>,
): Refusal | null {
  const isKnown = ({ copy, manifestSha256 }: Register['copies'][number]): boolean =>
    written?.copy === copy && written.manifestSha256 === manifestSha256;
  if (written === null || copies.some(isKnown)) return null;
  return refusal('CUSTODY-RECORD-FITS', `Medium ${label} is said to hold a copy that was not written.`);
}

function objectionTo(
  record: Extract<CustodyRecord, { bag: string; kind: `bag-${string}` }>,
  status: BagStatus | undefined,
  bags: ReadonlyMap<string, BagStatus>,
): string | null {
  if (status === 'destroyed') return 'was destroyed, or its content went into another';
  switch (record.kind) {
    case 'bag-opened':
      // A bag that is not on the list yet was sealed before this ceremony.
      return status === 'open' ? 'is open already' : null;
    case 'bag-sealed': {
      const { replaces, bag } = record;
      if (replaces !== null && bags.get(replaces) !== 'open')
        return `cannot take over from ${replaces}: it is not open`;
      return status === 'sealed' || (replaces !== null && replaces !== bag && status !== undefined)
        ? 'is sealed already, or in use'
        : null;
    }
    case 'bag-destroyed':
      return status === undefined ? 'is not on the list' : null;
  }
}

/**
 * Whether a ceremony may close as far as its bags are concerned.
 * @param records - in the order of the log
 * @returns null when every opened bag was closed or destroyed
 */
export function checkBagsClosed(records: readonly CustodyRecord[]): Refusal | null {
  const open = openBags(records);
  if (open.length === 0) return null;
  return refusal('CUSTODY-BAGS-CLOSED', `Opened and neither closed again nor destroyed: ${open.join(', ')}.`);
}
