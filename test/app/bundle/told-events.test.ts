import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { parseExtract } from '../../../app/audit/extract.ts';
import { layout } from '../../../app/bundle/layout.ts';
import { toldIn } from '../../../app/bundle/told-events.ts';
import { parseEvent } from '../../../app/ceremony/events.ts';
import { eventfulBundle } from '../../differential/eventful.ts';
import { placesIn, put, type Path } from '../../support/json-places.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { engineRecord } from './engine-record.ts';
import { cloudEvents } from './sample-clouds.ts';
import { interrupted, sampleLog, tokenNotReopened, tokenReopened, type Event } from './sample-log.ts';

const entered = { by: 'p1', witness: 'p2' };

/** What does not come up in the records below. */
const seldom: readonly Event[] = [
  tokenReopened,
  tokenNotReopened,
  interrupted(3),
  { type: 'ceremony-stopped', step: 'wrap.wrap', reason: 'Fire alarm' },
  { type: 'person-absent', person: 'p2', reason: 'Ill' },
  { type: 'custody-recorded', record: { kind: 'bag-sealed', bag: 'B-1', content: 'PIN', replaces: null, ...entered } },
  { type: 'custody-recorded', record: { kind: 'bag-destroyed', bag: 'B-1', ...entered } },
  { type: 'custody-recorded', record: { kind: 'credential', what: 'Card', state: 'issued', bag: '', ...entered } },
];
/** Events as the engine writes them; below one of each form. */
const written = [
  ...seldom,
  ...engineRecord(),
  ...sampleLog(cloudEvents()),
  ...parseExtract(eventfulBundle().files.get(layout.log) ?? new Uint8Array()),
].map((one): Event => ('event' in one ? (one.event as Event) : one));
const sound = [...new Map(written.map((event) => [shapeOf(event), event])).values()];

/** What an event is made of, whatever it says. */
function shapeOf(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(shapeOf).slice(0, 1).join('')}]`;
  if (!isObject(value)) return value === null ? 'null' : typeof value;
  const name = value['type'] ?? value['kind'] ?? '';
  return `${JSON.stringify(name)}{${Object.entries(value).map(([member, each]) => `${member}:${shapeOf(each)}`).join()}}`; // prettier-ignore
}

function isObject(value: JsonValue): value is Event {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What other checks judge, or people alone: the plan, and what the screen showed. */
const free = ['plan', 'parameters.facts'];

const isRefused = (event: JsonValue): boolean =>
  ruleOf(() => toldIn([{ sequence: 1, previous: '', time: '', actor: 'room', event }])) === 'BUNDLE-EVENTS-IN-FORM';

/** Those of the changed events that would be taken. */
const taken = (changed: (path: Path, value: JsonValue) => readonly ((found: JsonValue) => JsonValue)[]): string[] =>
  sound.flatMap((event) =>
    [...placesIn(event, free)].flatMap(([path, value]) =>
      changed(path, value)
        .map((change) => put(event, path, change))
        .flatMap((other) => (isRefused(other) ? [] : [`${path.join('.')}: ${JSON.stringify(other)}`])),
    ),
  );

describe('the events of a log', () => {
  it('are in their forms as the engine writes them, which takes them as well', () => {
    for (const event of written) {
      expect(isRefused(event)).toBe(false);
      expect(() => parseEvent(event)).not.toThrow();
    }
    expect(new Set(sound.map(({ type }) => type)).size).toBe(22);
  });

  it('have no other member at any place, whatever it is called', () => {
    const names = ['x', 'constructor', '__proto__', 'toString'];
    const besides = (name: string) => (found: JsonValue) => Object.fromEntries([...Object.entries(found as Event), [name, '']]) as Event; // prettier-ignore
    expect(taken((_, value) => (isObject(value) ? names.map(besides) : []))).toEqual([]);
  });

  it('lack no member at any place, but for the few that may be missing', () => {
    const isOptional = (path: Path, name: string): boolean =>
      path.length === 0 ? name === 'pin' : path[0] === 'refusal' && ['code', 'key'].includes(name);
    const without = (name: string) => (found: JsonValue) => Object.fromEntries(Object.entries(found as Event).filter(([member]) => member !== name)); // prettier-ignore
    const lacking = (path: Path, value: JsonValue) =>
      isObject(value) ? Object.keys(value).filter((name) => !isOptional(path, name)).map(without) : []; // prettier-ignore
    expect(taken(lacking)).toEqual([]);
  });

  it('hold nothing of another kind at any place, and nothing only where that may be', () => {
    const others: readonly JsonValue[] = [null, true, 7, 'x', [], {}];
    const kindOf = (value: JsonValue): string =>
      Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
    const mayBeNull = [
      ...['tokenSerial', 'siteSha256', 'planApproval', 'rule', 'aside', 'cosignature', 'key', 'parameters.rule'],
      ...['parameters.key', 'record.replaces', 'record.written', 'outcome.publicKey', 'outcome.publicKeySha256'],
      ...['oaepHash', 'nonce', 'kwpMechanism', 'id', 'deadline', 'option', 'importToken'].map((name) => `.${name}`),
    ];
    // Of items of a list, and of a proof, by their last name; a person's id and a request's key are none of these.
    const isNullable = (path: Path): boolean =>
      mayBeNull.includes(path.join('.')) || (path[0] === 'outcome' && mayBeNull.includes(`.${path.at(-1) ?? ''}`));
    const wrong = (path: Path, value: JsonValue) =>
      others
        .filter((other) => kindOf(other) !== kindOf(value))
        .filter((other) => !(isNullable(path) && (other === null || (value === null && typeof other === 'string'))))
        .map((other) => () => other);
    expect(taken(wrong)).toEqual([]);
  });

  it('count in whole numbers that every reader takes', () => {
    const numbers = [-1, 0.5, 1.5, 2 ** 53, 1e21];
    expect(taken((_, value) => (typeof value === 'number' ? numbers.map((other) => () => other) : []))).toEqual([]);
  });

  it('name each wrapping key once', () => {
    const twice = (found: JsonValue): JsonValue => [...(found as JsonValue[]), ...(found as JsonValue[])];
    const isOfKeks = (path: Path): boolean => path.join('.') === 'outcome.keks';
    expect(taken((path) => (isOfKeks(path) ? [twice] : []))).toEqual([]);
  });

  it('are named by the entry and the member that is not of its form', () => {
    const [opened = {}] = sound;
    expect(() => toldIn([{ sequence: 9, previous: '', time: '', actor: 'room', event: { ...opened, mode: 'play' } }])).toThrow(/9.*mode/u); // prettier-ignore
  });
});
