import * as v from 'valibot';
import { refuse } from '../rules/refusal.ts';
import { custodyRecordSchema } from './custody.ts';
import { outcomeSchema, pinStateSchema, requestSchema } from './effects.ts';
import { credentialSchema, loggedInputSchema, type Credential, type LoggedInput } from './input.ts';

const text = v.string();
const effectNumber = v.pipe(v.number(), v.integer(), v.minValue(1));
const exceptionNumber = v.pipe(v.number(), v.integer(), v.minValue(1));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const sha256 = v.pipe(text, v.regex(/^[0-9a-f]{64}$/u));
const hex = v.pipe(text, v.regex(/^(?:[0-9a-f]{2})+$/u));

/** Where the log stood when somebody signed: what they sign cannot be moved to another place or another ceremony. */
const logHead = v.strictObject({ size: v.pipe(v.number(), v.integer(), v.minValue(1)), head: sha256 });

const refusalRecord = v.strictObject({
  rule: text,
  cause: text,
  remedy: text,
  code: v.optional(text),
  key: v.optional(text),
});

/** What the people approve, and what is made of an exception. */
const decisionSchema = v.picklist(['go-on', 'leave-out']);

/** Events of the work that the ceremony asks of the machine, the token and the media. */
const workEvents = [
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
    /** What the token's flags say of its PIN after a try that failed. */
    pin: v.optional(pinStateSchema),
  }),
  /** As at the first log-in it is said who gave the PIN, and how. */
  v.strictObject({
    type: v.literal('token-reopened'),
    serial: text,
    credential: credentialSchema,
    confirmedBy: v.array(text),
  }),
  v.strictObject({
    type: v.literal('token-not-reopened'),
    refusal: refusalRecord,
    credential: credentialSchema,
    confirmedBy: v.array(text),
    pin: v.optional(pinStateSchema),
  }),
] as const;

/** Events of the people: their approval keys, what they sign, what departs from the plan, and what they hold. */
const peopleEvents = [
  /** Somebody has sealed an approval key with a passphrase, and has proved that the passphrase opens it. */
  v.strictObject({
    type: v.literal('approval-key-registered'),
    person: text,
    /** DER SubjectPublicKeyInfo of a P-256 key. */
    publicKey: hex,
    log: logHead,
    signature: hex,
  }),
  /** What the screen shows to those who approve; whatever was approved before with other parameters is void. */
  v.strictObject({ type: v.literal('approval-asked'), subject: text, parameters: v.unknown(), sha256 }),
  v.strictObject({
    type: v.literal('approval-given'),
    subject: text,
    person: text,
    parametersSha256: sha256,
    log: logHead,
    signature: hex,
    /** By the same key over the last checkpoint of the log; null before there is one. */
    cosignature: v.nullable(hex),
  }),
  v.strictObject({ type: v.literal('passphrase-refused'), person: text, subject: text }),
  v.strictObject({
    type: v.literal('exception-opened'),
    exception: exceptionNumber,
    step: text,
    expected: text,
    happened: text,
    /** Id of the person who noticed it, or `keyferry`. */
    openedBy: text,
    rule: v.nullable(text),
  }),
  v.strictObject({
    type: v.literal('exception-closed'),
    exception: exceptionNumber,
    decided: text,
    decision: decisionSchema,
    /** The key that the people go on without; null where the decision is another. */
    key: v.nullable(text),
    confirmedBy: v.array(text),
  }),
  v.strictObject({ type: v.literal('break-started'), reason: text, by: text }),
  v.strictObject({ type: v.literal('person-returned'), person: text, log: logHead, signature: hex }),
  v.strictObject({ type: v.literal('person-absent'), person: text, reason: text }),
  v.strictObject({ type: v.literal('break-ended') }),
  v.strictObject({ type: v.literal('custody-recorded'), record: custodyRecordSchema }),
] as const;

/** Every event of a ceremony, as it stands in the log. Past tense; replaying them gives the state. */
export const eventSchema = v.variant('type', [
  v.strictObject({
    type: v.literal('ceremony-opened'),
    ceremony: v.pipe(text, v.regex(/^[a-z0-9-]{8,40}$/u)),
    mode: v.picklist(['rehearsal', 'production']),
    application: text,
    /** Part of the site binding: the serial of the token to use; null when a rehearsal makes its own token. */
    tokenSerial: v.nullable(text),
    /** SHA-256 of the site binding; null when a rehearsal has none. */
    siteSha256: v.nullable(sha256),
    /** By whom the plan was approved before the ceremony was opened, where this workstation knows of it. */
    planApproval: v.nullable(v.strictObject({ approver: text, role: text, time: text })),
    planSha256: text,
    plan: v.unknown(),
  }),
  /** The application was started anew; the people are identified again before anything goes on. */
  v.strictObject({ type: v.literal('ceremony-resumed'), application: text, log: logHead }),
  /** The log or its copy was brought up to the other, or made anew from it, before the ceremony was taken up again. */
  v.strictObject({
    type: v.literal('log-repaired'),
    kept: v.picklist(['log', 'copy']),
    other: v.picklist(['extended', 'replaced', 'none']),
    missing: count,
    cut: count,
    /** The rule for which the people had to choose between the two; null where they had not. */
    rule: v.nullable(text),
    /** The name under which what was replaced is kept. */
    aside: v.nullable(text),
  }),
  v.strictObject({
    type: v.literal('step-confirmed'),
    step: text,
    /** As the people saw it: whoever reads the log needs no program for it. */
    number: text,
    title: text,
    ticks: v.array(text),
    confirmedBy: v.array(text),
    input: loggedInputSchema,
  }),
  ...workEvents,
  ...peopleEvents,
  v.strictObject({ type: v.literal('ceremony-stopped'), step: text, reason: text }),
]);

export type CeremonyEvent = v.InferOutput<typeof eventSchema>;
export type EventOf<T extends CeremonyEvent['type']> = Extract<CeremonyEvent, { type: T }>;
export type { Credential, LoggedInput };
export type RefusalRecord = v.InferOutput<typeof refusalRecord>;
export type LogPosition = v.InferOutput<typeof logHead>;
export type ExceptionDecision = v.InferOutput<typeof decisionSchema>;
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
