import type { JsonValue } from '../../app/audit/canonical-json.ts';
import type { Bundle } from '../../app/bundle/verify-bundle.ts';
import { withLog } from '../app/bundle/bundle-maker.ts';
import { numbered, unsigned, type Event } from '../app/bundle/sample-log.ts';
import { Dice } from '../support/dice.ts';
import { placesIn, put } from '../support/json-places.ts';
import { eventsIn, unlessImpossible, type Mutant } from './mutants.ts';

/**
 * Makes bundles without end around a log that everybody in the room, the token included, has signed anew: with something in one
 * event otherwise, or with one event more, less or elsewhere. Some of them are sound; verifiers must not differ on any.
 * @param sound - a sound bundle
 * @param seed - the same for the same seed
 */
export function* signedAnew({ folder, files }: Bundle, seed: number): Generator<Mutant, never> {
  const dice = new Dice(seed);
  const events = eventsIn(files).map(open);
  const words = [...new Set(JSON.stringify(events).match(/(?<=")[^"\\]{1,40}(?=")/gu))];
  for (;;) {
    const { name, log } = changed(events, words, dice);
    const made = unlessImpossible(() => withLog(files, log));
    if (made !== null) yield { name, bundle: { folder, files: made } };
  }
}

/** With everything open that is filled in, hashed and signed where the event stands then. */
function open(event: Event): Event {
  const { request } = event as Readonly<Record<string, Event>>;
  if (request !== undefined && 'logSize' in request) return { ...event, request: { ...request, logSize: null } };
  return unsigned('parameters' in event ? { ...event, sha256: null } : event);
}

function changed(
  events: readonly Event[],
  words: readonly string[],
  dice: Dice,
): { readonly name: string; readonly log: readonly Event[] } {
  const at = dice.below(events.length);
  const event = events[at] ?? {};
  const how = dice.pick([
    'dropped',
    'doubled',
    'moved',
    'changed',
    'changed',
    'changed',
    'changed',
    'changed',
  ] as const);
  const name = `entry ${at + 1} (${JSON.stringify(event['type'])}), signed anew: ${how}`;
  switch (how) {
    case 'dropped':
      return { name, log: numbered(events.toSpliced(at, 1)) };
    case 'doubled':
      return { name, log: numbered(events.toSpliced(at, 0, event)) };
    case 'moved':
      return { name, log: numbered(events.toSpliced(at, 1).toSpliced(1 + dice.below(events.length - 1), 0, event)) };
    case 'changed': {
      const [path, other] = otherwise(event, words, dice);
      return { name: `${name} at ${path}: ${JSON.stringify(other)}`, log: events.with(at, other as Event) };
    }
  }
}

/** An event with something else at one place of it; the plan is left as it is: its grammar is the application's. */
function otherwise(event: Event, words: readonly string[], dice: Dice): readonly [string, JsonValue] {
  const [place] = dice.pick([...placesIn(event, ['plan'])]);
  return [place.join('.'), put(event, place, (found) => replaced(found, words, dice))];
}

/** Of another type, or of the same and another value; of lists and objects also with a part more or less. */
function replaced(value: JsonValue, words: readonly string[], dice: Dice): JsonValue {
  const others: readonly JsonValue[] = [null, true, false, 0, 1, -1, 0.5, 2 ** 53, 10, '', ' ', '\u0085\u001c', 'x', [], {}, [''], ['1']]; // prettier-ignore
  const ofKind: readonly JsonValue[] = Array.isArray(value) ? ofList(value, dice) : ofScalar(value, words, dice);
  return dice.chance(0.4) ? dice.pick(others) : dice.pick(ofKind);
}

function ofList(items: readonly JsonValue[], dice: Dice): readonly JsonValue[] {
  if (items.length === 0) return [['x']];
  const at = dice.below(items.length);
  return [items.toSpliced(at, 1), items.toSpliced(at, 0, items[at] ?? null), items.toReversed(), [...items, 'x']];
}

function ofScalar(value: JsonValue, words: readonly string[], dice: Dice): readonly JsonValue[] {
  if (typeof value === 'string') return [dice.pick(words), `${value} `, value.slice(1), value.toUpperCase()];
  if (typeof value === 'number') return [value + 1, value - 1, value * 2];
  if (typeof value !== 'object' || value === null) return [!value, dice.pick(words)];
  const name = dice.pick([...Object.keys(value), 'x']);
  const without = Object.fromEntries(Object.entries(value as Event).filter(([member]) => member !== name));
  const more = dice.pick(['x', 'key', 'kind', 'code', 'pin', 'constructor', '__proto__']);
  return [without, Object.fromEntries([...Object.entries(value as Event), [more, dice.pick(words)]])];
}
