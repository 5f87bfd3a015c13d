import type { JsonValue } from '../../app/audit/canonical-json.ts';
import { parseExtract } from '../../app/audit/extract.ts';
import { Refused } from '../../app/rules/refusal.ts';
import { layout } from '../../app/bundle/layout.ts';
import type { Bundle } from '../../app/bundle/verify-bundle.ts';
import { equalBytes } from '../../app/keys/bytes.ts';
import { withLog, type Files } from '../app/bundle/bundle-maker.ts';
import { unsigned, type Event } from '../app/bundle/sample-log.ts';
import { Dice } from '../support/dice.ts';

/** A bundle that is not sound, and what was done to it. */
export interface Mutant {
  readonly name: string;
  readonly bundle: Bundle;
}

/**
 * Makes mutants without end, by turns: of a file, by whoever has nothing; of files that change places; and of an event, by
 * whoever can chain the log anew and has the key that seals it, but not the people.
 * @param sound - a sound bundle
 * @param other - another one, of another plan
 * @param seed - the same mutants for the same seed
 */
export function* mutantsOf(sound: Bundle, other: Bundle, seed: number): Generator<Mutant, never> {
  const dice = new Dice(seed);
  const events = eventsIn(sound.files);
  for (let turn = 0; ; turn += 1) {
    switch (turn % 4) {
      case 0:
      case 1:
        yield ofFile(sound, dice);
        break;
      case 2:
        yield ofPlaces(sound, other, dice);
        break;
      default:
        yield writable(sound, () => ofEvent(sound, events, dice)) ?? ofFile(sound, dice);
    }
  }
}

/** Null for a log of which no bundle can be made at all, since its manifest would be none, and for one that is the sound one. */
function writable({ files }: Bundle, make: () => Mutant): Mutant | null {
  const mutant = unlessImpossible(make);
  const log = mutant?.bundle.files.get(layout.log) ?? new Uint8Array();
  return equalBytes(log, files.get(layout.log) ?? new Uint8Array()) ? null : mutant;
}

/** Null for a log of which no bundle can be made at all, since its manifest or its notes would be none. */
export function unlessImpossible<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof Refused || error instanceof RangeError) return null;
    throw error;
  }
}

/** The events of a log: what the people signed stays as it was signed, the checkpoints are signed anew. */
export function eventsIn(files: Files): readonly Event[] {
  return parseExtract(files.get(layout.log) ?? new Uint8Array()).map(({ event }) => {
    const told = event as Event;
    return told['type'] === 'effect-completed' ? unsigned(told) : told;
  });
}

function ofFile({ folder, files }: Bundle, dice: Dice): Mutant {
  const [path, bytes] = dice.pick([...files]);
  const at = dice.below(bytes.length);
  const changed = Uint8Array.from(bytes);
  const how = dice.pick(['flipped', 'cut', 'grown', 'without', 'gone'] as const);
  const without = new Map([...files].filter(([name]) => name !== path));
  const name = `${path}: ${how} at ${at}`;
  switch (how) {
    case 'flipped':
      changed[at] = (changed[at] ?? 0) ^ (1 << dice.below(8));
      return { name, bundle: { folder, files: new Map([...files, [path, changed]]) } };
    case 'cut':
      return { name, bundle: { folder, files: new Map([...files, [path, changed.subarray(0, at)]]) } };
    case 'grown':
      return {
        name,
        bundle: { folder, files: new Map([...files, [path, Uint8Array.from([...changed, dice.below(256)])]]) },
      };
    case 'without':
      return { name, bundle: { folder, files: new Map([...files, [path, Uint8Array.from([...changed.subarray(0, at), ...changed.subarray(at + 1)])]]) } }; // prettier-ignore
    case 'gone':
      return { name, bundle: { folder, files: without } };
  }
}

function ofPlaces({ folder, files }: Bundle, other: Bundle, dice: Dice): Mutant {
  const [one, two] = [dice.pick([...files.keys()]), dice.pick([...other.files.keys()])];
  const taken = other.files.get(two) ?? new Uint8Array();
  const same = files.get(one) ?? new Uint8Array();
  if (Buffer.from(taken).equals(Buffer.from(same))) return ofFile({ folder, files }, dice);
  return { name: `${one}: ${two} of another bundle`, bundle: { folder, files: new Map([...files, [one, taken]]) } };
}

function ofEvent({ folder, files }: Bundle, events: readonly Event[], dice: Dice): Mutant {
  const at = 1 + dice.below(events.length - 1);
  const how = dice.pick(['dropped', 'doubled', 'moved', 'changed'] as const);
  const event = events[at] ?? {};
  const name = `entry ${at + 1} (${typeof event['type'] === 'string' ? event['type'] : ''}): ${how}`;
  const log = (anew: readonly Event[]): Mutant => ({ name, bundle: { folder, files: withLog(files, anew) } });
  switch (how) {
    case 'dropped':
      return log(events.toSpliced(at, 1));
    case 'doubled':
      return log(events.toSpliced(at, 0, event));
    case 'moved':
      return log(events.toSpliced(at, 1).toSpliced(1 + dice.below(events.length - 1), 0, event));
    case 'changed':
      return log(events.with(at, changedIn(event, dice) as Event));
  }
}

/** The same value with one member of it otherwise, at any depth. */
function changedIn(value: JsonValue, dice: Dice): JsonValue {
  if (typeof value === 'string') return value === '' ? 'x' : `${value.slice(0, -1)}${value.endsWith('0') ? '1' : '0'}`;
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (value === null) return 'x';
  const names = Object.keys(value);
  if (names.length === 0) return Array.isArray(value) ? ['x'] : { x: 'x' };
  const name = dice.pick(names);
  if (Array.isArray(value)) {
    return value.map((each: JsonValue, at) => (String(at) === name ? changedIn(each, dice) : each));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, key === name ? changedIn(each, dice) : each]),
  );
}
