import * as v from 'valibot';
import type { JsonValue } from '../audit/canonical-json.ts';
import { refuse } from '../rules/refusal.ts';

/**
 * What the people did, as the log tells it, read with schemas of the verifier's own: it shares no code with the engine that
 * wrote it. Members that are not needed here are passed over.
 */
const text = v.string();
const texts = v.array(text);
const json = v.custom<JsonValue>((value) => value !== undefined);
const refusal = v.object({ rule: text, cause: text });
const signed = { person: text, log: v.object({ size: v.number(), head: text }), signature: text };

/** Loose, since a new key signs the whole record. */
const personSchema = v.looseObject({ id: text, roles: texts });
const peopleSchema = v.object({ kind: v.literal('people'), people: v.array(personSchema) });

const toldEventSchema = v.variant('type', [
  v.object({ type: v.literal('step-confirmed'), step: text, confirmedBy: texts, input: json }),
  v.object({ type: v.literal('approval-key-registered'), publicKey: text, ...signed }),
  v.object({ type: v.literal('approval-asked'), subject: text, parameters: json, sha256: text }),
  v.object({ type: v.literal('approval-given'), subject: text, parametersSha256: text, ...signed }),
  v.object({ type: v.literal('passphrase-refused'), person: text }),
  v.object({
    type: v.literal('exception-opened'),
    exception: v.number(),
    step: text,
    expected: text,
    happened: text,
    openedBy: text,
    rule: v.nullable(text),
  }),
  v.object({
    type: v.literal('exception-closed'),
    exception: v.number(),
    decided: text,
    decision: v.picklist(['go-on', 'leave-out']),
    key: v.nullable(text),
    confirmedBy: texts,
  }),
  v.object({ type: v.literal('break-started'), by: text }),
  v.object({ type: v.literal('ceremony-resumed') }),
  v.object({ type: v.literal('log-repaired'), rule: v.nullable(text), missing: v.number() }),
  v.object({ type: v.literal('person-returned'), ...signed }),
  v.object({ type: v.literal('person-absent'), person: text, reason: text }),
  v.object({ type: v.literal('break-ended') }),
  v.object({
    type: v.literal('custody-recorded'),
    record: v.object({ kind: text, idMatched: v.optional(v.boolean()) }),
  }),
  v.object({ type: v.literal('effect-requested'), request: v.object({ kind: text }) }),
  v.object({ type: v.literal('effect-completed'), settled: v.boolean() }),
  v.object({ type: v.literal('effect-failed'), refusal }),
  v.object({ type: v.literal('token-reopened') }),
  v.object({ type: v.literal('token-not-reopened'), refusal }),
  v.object({ type: v.literal('ceremony-stopped') }),
]);

export type ToldEvent = v.InferOutput<typeof toldEventSchema>;
export type ToldEventOf<T extends ToldEvent['type']> = Extract<ToldEvent, { type: T }>;
/** Somebody named at roll call: what is needed of the record, and all of it, which is what a new key signs. */
export interface ToldPerson {
  readonly roles: readonly string[];
  readonly record: JsonValue;
}

const knownTypes: ReadonlySet<unknown> = new Set(toldEventSchema.options.map(({ entries }) => entries.type.literal));
const typedSchema = v.object({ type: text });

/**
 * Reads an event as far as it tells of the people.
 * @param event - of a log entry
 * @returns null for an event that tells nothing of them
 * @throws Refused with LOG-HOLDS-A-CEREMONY when it does, but in another form: one that is passed over proves nothing
 */
export function toldEventOf(event: JsonValue): ToldEvent | null {
  if (!v.is(typedSchema, event) || !knownTypes.has(event.type)) return null;
  const result = v.safeParse(toldEventSchema, event);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue) ?? 'an event';
  return refuse('LOG-HOLDS-A-CEREMONY', `The log tells ${event.type} in another form: ${place}.`);
}

/**
 * The people whom a confirmation names.
 * @param input - what the step was given
 * @returns them by id; null when the step was given something else
 */
export function peopleIn(input: JsonValue): ReadonlyMap<string, ToldPerson> | null {
  const result = v.safeParse(peopleSchema, input);
  if (!result.success) return null;
  return new Map(
    result.output.people.map((person) => [person.id, { roles: person.roles, record: person as JsonValue }]),
  );
}
