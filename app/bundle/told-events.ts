import * as v from 'valibot';
import { canonicalJson, type JsonValue } from '../audit/canonical-json.ts';
import type { Entry } from '../audit/entry.ts';
import { refuse } from '../rules/refusal.ts';
import { count, credentialForm, flag, hex, inputForm, ordinal, outcomeForm, pinForm, requestForm, sha256, text, texts } from './told-work.ts'; // prettier-ignore

/** The forms of events, as docs/record-format.md has them (3.1, 4): the one place where the verifier reads an event. */
const place = v.strictObject({ size: ordinal, head: sha256 });
const refusal = v.strictObject({
  rule: text,
  cause: text,
  remedy: text,
  code: v.exactOptional(text),
  key: v.exactOptional(text),
});
const decision = v.picklist(['go-on', 'leave-out']);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = v.custom<readonly JsonValue[]>(Array.isArray);
const entered = { by: text, witness: text };

const recordForm = v.variant('kind', [
  v.strictObject({ kind: v.literal('bag-sealed'), bag: text, content: text, replaces: v.nullable(text), ...entered }),
  v.strictObject({ kind: v.literal('bag-opened'), bag: text, content: text, idMatched: flag, ...entered }),
  v.strictObject({ kind: v.literal('bag-destroyed'), bag: text, ...entered }),
  v.strictObject({
    kind: v.literal('medium'),
    label: text,
    serial: text,
    use: v.picklist(['inbound', 'outbound', 'other']),
    written: v.nullable(v.strictObject({ copy: ordinal, manifestSha256: sha256 })),
    bag: text,
    ...entered,
  }),
  v.strictObject({
    kind: v.literal('credential'),
    what: text,
    state: v.picklist(['brought', 'issued', 'returned', 'destroyed']),
    bag: text,
    ...entered,
  }),
]);

/** What is shown of a step to those who approve it, and of the decision on an exception. */
const shownForm = v.union([
  v.strictObject({
    plan: sha256,
    subject: text,
    number: text,
    title: text,
    says: texts,
    checks: texts,
    facts: list,
    input: inputForm,
  }),
  v.strictObject({
    plan: sha256,
    subject: text,
    step: text,
    expected: text,
    happened: text,
    rule: v.nullable(text),
    decided: text,
    decision,
    key: v.nullable(text),
  }),
]);

const eventForm = v.variant('type', [
  v.strictObject({
    type: v.literal('ceremony-opened'),
    ceremony: v.pipe(text, v.regex(/^[a-z0-9-]{8,40}$/u)),
    mode: v.picklist(['rehearsal', 'production']),
    application: text,
    tokenSerial: v.nullable(text),
    siteSha256: v.nullable(sha256),
    planApproval: v.nullable(v.strictObject({ approver: text, role: text, time: text })),
    planSha256: sha256,
    plan: v.custom<Readonly<Record<string, JsonValue>>>(isObject),
  }),
  v.strictObject({ type: v.literal('ceremony-resumed'), application: text, log: place }),
  v.strictObject({
    type: v.literal('log-repaired'),
    kept: v.picklist(['log', 'copy']),
    other: v.picklist(['extended', 'replaced', 'none']),
    missing: count,
    cut: count,
    rule: v.nullable(text),
    aside: v.nullable(text),
  }),
  v.strictObject({
    type: v.literal('step-confirmed'),
    step: text,
    number: text,
    title: text,
    ticks: texts,
    confirmedBy: texts,
    input: inputForm,
  }),
  v.strictObject({ type: v.literal('effect-requested'), effect: ordinal, step: text, request: requestForm }),
  v.strictObject({ type: v.literal('effect-completed'), effect: ordinal, settled: flag, outcome: outcomeForm }),
  v.strictObject({ type: v.literal('effect-interrupted'), effect: ordinal, refusal }),
  v.strictObject({
    type: v.literal('effect-failed'),
    effect: ordinal,
    settled: flag,
    refusal,
    pin: v.exactOptional(pinForm),
  }),
  v.strictObject({ type: v.literal('token-reopened'), serial: text, credential: credentialForm, confirmedBy: texts }),
  v.strictObject({
    type: v.literal('token-not-reopened'),
    refusal,
    credential: credentialForm,
    confirmedBy: texts,
    pin: v.exactOptional(pinForm),
  }),
  v.strictObject({
    type: v.literal('approval-key-registered'),
    person: text,
    publicKey: hex,
    log: place,
    signature: hex,
  }),
  v.strictObject({ type: v.literal('approval-asked'), subject: text, parameters: shownForm, sha256 }),
  v.strictObject({
    type: v.literal('approval-given'),
    subject: text,
    person: text,
    parametersSha256: sha256,
    log: place,
    signature: hex,
    cosignature: v.nullable(hex),
  }),
  v.strictObject({ type: v.literal('passphrase-refused'), person: text, subject: text }),
  v.strictObject({
    type: v.literal('exception-opened'),
    exception: ordinal,
    step: text,
    expected: text,
    happened: text,
    openedBy: text,
    rule: v.nullable(text),
  }),
  v.strictObject({
    type: v.literal('exception-closed'),
    exception: ordinal,
    decided: text,
    decision,
    key: v.nullable(text),
    confirmedBy: texts,
  }),
  v.strictObject({ type: v.literal('break-started'), reason: text, by: text }),
  v.strictObject({ type: v.literal('person-returned'), person: text, log: place, signature: hex }),
  v.strictObject({ type: v.literal('person-absent'), person: text, reason: text }),
  v.strictObject({ type: v.literal('break-ended') }),
  v.strictObject({ type: v.literal('custody-recorded'), record: recordForm }),
  v.strictObject({ type: v.literal('ceremony-stopped'), step: text, reason: text }),
]);

export type ToldEvent = v.InferOutput<typeof eventForm>;
export type ToldEventOf<T extends ToldEvent['type']> = Extract<ToldEvent, { type: T }>;

/** An entry of a log whose event has its form. */
export interface ToldEntry extends Entry {
  readonly event: ToldEvent;
}

/**
 * Reads what the entries of a log tell.
 * @param entries - the log, its chain already followed
 * @returns the same entries, the event of each in the form of its type
 * @throws Refused with BUNDLE-EVENTS-IN-FORM, which names the entry and the member
 */
export function toldIn(entries: readonly Entry[]): readonly ToldEntry[] {
  return entries.map((entry) => {
    const result = v.safeParse(eventForm, entry.event);
    if (!result.success) return malformed(entry, v.getDotPath(result.issues[0]) ?? 'type');
    // A member that every object has, `constructor` and the like, is none too many for the schema.
    if (canonicalJson(entry.event) !== canonicalJson(result.output)) malformed(entry, 'the name of a member');
    return { ...entry, event: result.output };
  });
}

function malformed({ sequence }: Entry, place: string): never {
  return refuse('BUNDLE-EVENTS-IN-FORM', `Entry ${sequence}: ${place} is not of its form.`);
}
