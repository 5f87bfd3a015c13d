import * as v from 'valibot';
import { refuse } from '../rules/refusal.ts';
import { outcomeSchema, requestSchema } from './effects.ts';
import { roles } from './roles.ts';

const text = v.string();
const effectNumber = v.pipe(v.number(), v.integer(), v.minValue(1));

const person = v.strictObject({
  id: text,
  name: text,
  organisation: text,
  roles: v.array(v.picklist(roles)),
});

/** What a step was given, as far as it may be logged; a PIN leaves no trace here. */
export const loggedInputSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('none') }),
  v.strictObject({ kind: v.literal('people'), people: v.array(person) }),
  v.strictObject({ kind: v.literal('folders'), folders: v.array(text) }),
  /** In the order of the step; an empty one says no to a weak wrap. */
  v.strictObject({ kind: v.literal('key-ids'), keyIds: v.array(text) }),
]);

const refusalRecord = v.strictObject({
  rule: text,
  cause: text,
  remedy: text,
  code: v.optional(text),
  key: v.optional(text),
});

/** Every event of a ceremony, as it stands in the log. Past tense; replaying them gives the state. */
export const eventSchema = v.variant('type', [
  v.strictObject({
    type: v.literal('ceremony-opened'),
    ceremony: v.pipe(text, v.regex(/^[a-z0-9-]{8,40}$/u)),
    mode: v.picklist(['rehearsal', 'production']),
    application: text,
    /** Part of the site binding: the serial of the token to use; null when a rehearsal makes its own token. */
    tokenSerial: v.nullable(text),
    planSha256: text,
    plan: v.unknown(),
  }),
  v.strictObject({
    type: v.literal('step-confirmed'),
    step: text,
    ticks: v.array(text),
    confirmedBy: v.array(text),
    input: loggedInputSchema,
  }),
  v.strictObject({ type: v.literal('effect-requested'), effect: effectNumber, step: text, request: requestSchema }),
  v.strictObject({
    type: v.literal('effect-completed'),
    effect: effectNumber,
    settled: v.boolean(),
    outcome: outcomeSchema,
  }),
  /** The HSM process was lost, so what became of the work is not known: it stays in flight until somebody has looked. */
  v.strictObject({ type: v.literal('effect-interrupted'), effect: effectNumber, refusal: refusalRecord }),
  v.strictObject({
    type: v.literal('effect-failed'),
    effect: effectNumber,
    settled: v.boolean(),
    refusal: refusalRecord,
  }),
  v.strictObject({ type: v.literal('token-reopened'), serial: text, confirmedBy: v.array(text) }),
  v.strictObject({ type: v.literal('token-not-reopened'), refusal: refusalRecord, confirmedBy: v.array(text) }),
  /** The work for one key has failed, and the people of the step go on without it. */
  v.strictObject({
    type: v.literal('key-left-out'),
    step: text,
    key: text,
    reason: text,
    confirmedBy: v.array(text),
  }),
  v.strictObject({ type: v.literal('ceremony-stopped'), step: text, reason: text }),
]);

export type CeremonyEvent = v.InferOutput<typeof eventSchema>;
export type LoggedInput = v.InferOutput<typeof loggedInputSchema>;
export type RefusalRecord = v.InferOutput<typeof refusalRecord>;
export type Mode = 'rehearsal' | 'production';

/**
 * Reads an event back from a log entry.
 * @param value - the entry's `event` member
 * @returns the event
 * @throws Refused with LOG-HOLDS-A-CEREMONY when it is none
 */
export function parseEvent(value: unknown): CeremonyEvent {
  const result = v.safeParse(eventSchema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  return refuse(
    'LOG-HOLDS-A-CEREMONY',
    `An entry of the log is no event of a ceremony: ${v.getDotPath(issue) ?? 'type'}.`,
  );
}
