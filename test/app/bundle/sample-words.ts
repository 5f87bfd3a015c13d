import * as v from 'valibot';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { canonicalJson } from '../../../app/audit/canonical-json.ts';
import type { Entry } from '../../../app/audit/entry.ts';
import { parseEvent } from '../../../app/ceremony/events.ts';
import { evolve } from '../../../app/ceremony/evolve.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import type { Step } from '../../../app/ceremony/step.ts';
import { factsOf } from '../../../app/ceremony/view/facts.ts';
import { hexGroups } from '../../../app/keys/fingerprint.ts';

/** What the screen shows at the steps of a log that is made for a test, by the engine as long as it can follow the log. */

type Members = Readonly<Record<string, JsonValue>>;

/** The state after an entry; one that the engine cannot read tells it nothing. Null without the opening of a ceremony. */
export function followed(state: CeremonyState | null, { sequence, event }: Entry): CeremonyState | null {
  if (state === null && sequence > 1) return null;
  return unlessThrown(() => evolve(state, parseEvent(event))) ?? state;
}

/** Number, title and ticks of a step as the log has them when it is confirmed. */
export function wordsOf(state: CeremonyState | null, id: string): Members {
  const step = stepOf(state, id);
  if (step === undefined) return { number: '1.1', title: id, ticks: [] };
  return { number: step.number, title: step.title, ticks: step.ticks.map((tick) => tick.id) };
}

/** What is shown of a step to those who approve it; at least the wrapping keys that were read last. */
export function shownAt(state: CeremonyState | null, id: string, before: readonly Entry[]): Members {
  const step = stepOf(state, id);
  const facts = state === null || step === undefined ? null : unlessThrown(() => factsOf(state, step));
  if (step === undefined || facts === null)
    return { number: '1.1', title: id, says: [], checks: [], facts: wrappingKeys(before) };
  const { number, title, says, ticks } = step;
  return { number, title, says, checks: ticks.map(({ text }) => text), facts: plain(facts) };
}

function stepOf(state: CeremonyState | null, id: string): Step | undefined {
  return state?.steps.find((step) => step.id === id);
}

/** Facts come with members in any order and may share parts. */
function plain(facts: unknown): JsonValue {
  return JSON.parse(canonicalJson(facts)) as JsonValue;
}

function unlessThrown<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}

const isMembers = (value: JsonValue | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const member = (value: JsonValue | undefined, name: string): JsonValue => (isMembers(value) ? (value[name] ?? null) : null); // prettier-ignore

/** The wrapping keys that were read last, each beside its key as the screen shows them. */
function wrappingKeys(before: readonly Entry[]): JsonValue {
  const keks = before
    .map(({ event }) => member(member(event, 'outcome'), 'keks'))
    .findLast((each) => Array.isArray(each));
  const rows = ((keks ?? []) as readonly JsonValue[]).map((kek) => [
    member(kek, 'key'),
    hexGroups(v.parse(v.string(), member(kek, 'spkiSha256') ?? '')).join(' '),
  ]);
  return [{ kind: 'table', caption: 'Keys', columns: ['Key', 'SHA-256 of its wrapping key'], rows }];
}
