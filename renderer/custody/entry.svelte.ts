import type { CeremonyView } from '../../app/contract/view.ts';
import type { WindowClient } from '../../app/contract/calls.ts';

export type CustodyRecord = Parameters<WindowClient['people.record']>[0]['record'];
export type RecordKind = CustodyRecord['kind'];
type Bags = CeremonyView['custody']['bags'];

/** The kinds of lines, in the words of the register. */
export const recordKinds: readonly { readonly value: RecordKind; readonly label: string }[] = [
  { value: 'bag-opened', label: 'A bag was opened' },
  { value: 'bag-sealed', label: 'A bag was sealed' },
  { value: 'bag-destroyed', label: 'A bag was destroyed' },
  { value: 'medium', label: 'A medium' },
  { value: 'credential', label: 'A credential' },
];

/** What a medium is for. */
export const mediumUses = [
  { value: 'inbound', label: 'inbound: it came from the online desk' },
  { value: 'outbound', label: 'outbound: it leaves the room' },
  { value: 'other', label: 'other' },
] as const;

/** What became of a credential. */
export const credentialStates = [
  { value: 'brought', label: 'brought' },
  { value: 'issued', label: 'issued' },
  { value: 'returned', label: 'returned' },
  { value: 'destroyed', label: 'destroyed' },
] as const;

/** Bags that are at hand: sealed or open. */
export function bagsAtHand(bags: Bags): readonly string[] {
  return bags.filter(({ status }) => status !== 'destroyed').map(({ bag }) => bag);
}

/** Bags that were opened and not closed since. */
export function bagsOpen(bags: Bags): readonly string[] {
  return bags.filter(({ status }) => status === 'open').map(({ bag }) => bag);
}

/** One line of the custody register, as it is being written. */
export class Entry {
  kind = $state<RecordKind>('bag-opened');
  bag = $state('');
  content = $state('');
  /** The open bag whose content goes into this one; empty when it was in none. */
  replaces = $state('');
  /** Whether number and seal were as listed: `yes`, `no`, or empty until it is said. */
  matched = $state<'' | 'yes' | 'no'>('');
  label = $state('');
  serial = $state('');
  use = $state('');
  /** Number of the copy of the bundle that is on a medium; empty for none. */
  copy = $state('');
  what = $state('');
  credential = $state('');
  by = $state('');
  witness = $state('');
  readonly #manifestSha256: () => string | null;

  /** @param manifestSha256 - of the bundle, the same in every copy; null before one is written */
  constructor(manifestSha256: () => string | null = () => null) {
    this.#manifestSha256 = manifestSha256;
  }

  /**
   * What is written so far, as the contract takes it.
   * @returns null until it is whole
   */
  get record(): CustodyRecord | null {
    const people = { by: this.by, witness: this.witness };
    if (people.by === '' || people.witness === '' || people.by === people.witness) return null;
    const [bag, content] = [clean(this.bag), clean(this.content)];
    switch (this.kind) {
      case 'bag-sealed':
        return bag === '' || content === ''
          ? null
          : { kind: 'bag-sealed', bag, content, replaces: this.replaces === '' ? null : this.replaces, ...people };
      case 'bag-opened':
        return bag === '' || content === '' || this.matched === ''
          ? null
          : { kind: 'bag-opened', bag, content, idMatched: this.matched === 'yes', ...people };
      case 'bag-destroyed':
        return bag === '' ? null : { kind: 'bag-destroyed', bag, ...people };
      case 'medium':
        return this.#medium(people);
      case 'credential':
        return this.#credential(people);
    }
  }

  /** Another kind of line says other things; who acts and who sees it stay. */
  begin(kind: RecordKind): void {
    this.kind = kind;
    this.bag = this.content = this.replaces = this.matched = '';
    this.label = this.serial = this.use = this.copy = this.what = this.credential = '';
  }

  #medium(people: { by: string; witness: string }): CustodyRecord | null {
    const label = clean(this.label);
    const use = mediumUses.find(({ value }) => value === this.use)?.value;
    if (label === '' || use === undefined) return null;
    const written = this.#written(use);
    return { kind: 'medium', label, serial: clean(this.serial), use, written, bag: this.bag, ...people };
  }

  #written(use: string): Extract<CustodyRecord, { kind: 'medium' }>['written'] {
    const manifestSha256 = this.#manifestSha256();
    if (use !== 'outbound' || this.copy === '' || manifestSha256 === null) return null;
    return { copy: Number(this.copy), manifestSha256 };
  }

  #credential(people: { by: string; witness: string }): CustodyRecord | null {
    const what = clean(this.what);
    const state = credentialStates.find(({ value }) => value === this.credential)?.value;
    if (what === '' || state === undefined) return null;
    return { kind: 'credential', what, state, bag: this.bag, ...people };
  }
}

/** What the register takes no part of, such as what comes invisibly with pasted text, becomes a space. */
function clean(typed: string): string {
  return typed.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
