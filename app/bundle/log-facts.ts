import * as v from 'valibot';
import type { JsonValue } from '../audit/canonical-json.ts';
import type { Entry } from '../audit/entry.ts';
import { refuse } from '../rules/refusal.ts';
import type { ToldNotice } from './notices.ts';

/**
 * What a verifier takes from the log, read with schemas of its own: it shares no code with the engine that wrote it.
 * Members and events that are not needed here are passed over.
 */
const text = v.string();
const nullableText = v.nullable(text);
const hex = v.pipe(text, v.regex(/^(?:[0-9a-f]{2})*$/u, 'is no lower-case hex'));
const notices = v.array(v.object({ rule: text, text }));

const openedSchema = v.object({
  type: v.literal('ceremony-opened'),
  ceremony: text,
  mode: v.picklist(['rehearsal', 'production']),
  application: text,
  planSha256: text,
  plan: v.unknown(),
});

const kekSchema = v.object({
  key: text,
  /** What was wrapped under; its hash is what the people compared. */
  spki: hex,
  spkiSha256: text,
  bits: v.number(),
  id: nullableText,
  deadline: nullableText,
  /** What the wrapping key itself decides of the way to wrap. */
  option: nullableText,
  /** Goes back to the cloud unchanged. */
  importToken: v.nullable(hex),
  /** What the target key has to encrypt. */
  nonce: v.nullable(hex),
  notices,
});
const madeSchema = v.object({
  kind: v.picklist(['make-key', 'find-key']),
  key: text,
  publicKey: v.nullable(hex),
  keyCheckValues: v.array(v.object({ method: text, value: text })),
});
const proofSchema = v.object({
  spec: text,
  method: text,
  oaepHash: nullableText,
  nonce: nullableText,
  performed: text,
  kwpMechanism: nullableText,
});
const wrapSchema = v.object({
  kind: v.literal('wrap-key'),
  key: text,
  /** What the token gave out, in its order. */
  parts: v.array(v.object({ name: text, sha256: text, bytes: v.number() })),
  proof: proofSchema,
});
const workstationSchema = v.object({ kind: v.literal('inspect-workstation'), notices });
const probeSchema = v.object({ kind: v.literal('probe-token'), proofs: v.array(proofSchema) });
const readSchema = v.object({ kind: v.literal('read-inbound'), keks: v.array(kekSchema) });
const closedSchema = v.object({
  type: v.literal('exception-closed'),
  decision: v.picklist(['go-on', 'leave-out']),
  decided: text,
  key: nullableText,
});
const bundleSchema = v.object({ kind: v.literal('sign-bundle'), createdAt: text });

export type Opened = v.InferOutput<typeof openedSchema>;
export type KekFacts = v.InferOutput<typeof kekSchema>;
export type MadeFacts = v.InferOutput<typeof madeSchema>;
export type ProofFacts = v.InferOutput<typeof proofSchema>;

export interface WrapFacts extends v.InferOutput<typeof wrapSchema> {
  /** When its entry was written. */
  readonly time: string;
  /** What the token had proved when it was last tested before. */
  readonly proven: readonly ProofFacts[];
}

/** The facts by key id; of what was repeated, the last time stands. */
export interface LogFacts {
  /** The first event, when it opens a ceremony. */
  readonly opened: Opened | null;
  readonly workstation: readonly ToldNotice[];
  /** The wrapping keys as they were last read, all at once. */
  readonly keks: ReadonlyMap<string, KekFacts>;
  readonly made: ReadonlyMap<string, MadeFacts>;
  readonly wraps: ReadonlyMap<string, WrapFacts>;
  /** The keys that the people went on without, with what was decided, in the order of the decisions. */
  readonly leftOut: ReadonlyMap<string, string>;
  /** When the bundle was made: the record ends with the request to sign it. */
  readonly createdAt: string | null;
}

/**
 * Collects the facts of a log.
 * @param entries - the log, its chain already followed
 * @throws Refused with LOG-HOLDS-A-CEREMONY when something that is needed is not in the form in which it is logged
 */
export function factsOf(entries: readonly Entry[]): LogFacts {
  const events = entries.map((entry) => entry.event);
  const timed = entries.filter(({ event }) => named('type', ['effect-completed'], [event]).length > 0);
  const outcomes = timed.map(({ event }) => memberOf(event, 'outcome'));
  const requests = named('type', ['effect-requested'], events).map((event) => memberOf(event, 'request'));
  const [opened] = read(openedSchema, named('type', ['ceremony-opened'], events.slice(0, 1)));
  const bundles = read(bundleSchema, named('kind', ['sign-bundle'], requests));
  const closed = read(closedSchema, named('type', ['exception-closed'], events));
  return {
    opened: opened ?? null,
    workstation: read(workstationSchema, named('kind', ['inspect-workstation'], outcomes)).at(-1)?.notices ?? [],
    keks: byKey(read(readSchema, named('kind', ['read-inbound'], outcomes)).at(-1)?.keks ?? []),
    made: byKey(read(madeSchema, named('kind', ['make-key', 'find-key'], outcomes))),
    wraps: byKey(wrapsIn(timed)),
    leftOut: new Map(closed.flatMap(leavingOut)),
    createdAt: bundles.at(-1)?.createdAt ?? null,
  };
}

/** The key that a decision leaves out, with the decision in the people's words; one that names no key leaves out none. */
function leavingOut({ decision, key, decided }: v.InferOutput<typeof closedSchema>): [string, string][] {
  return decision === 'leave-out' && key !== null ? [[key, decided]] : [];
}

/** Every wrap, with what the last test of the token before it had proved. */
function wrapsIn(completed: readonly Entry[]): WrapFacts[] {
  let proven: readonly ProofFacts[] = [];
  return completed.flatMap(({ event, time }) => {
    const outcome = memberOf(event, 'outcome');
    const [probe] = read(probeSchema, named('kind', ['probe-token'], [outcome]));
    proven = probe?.proofs ?? proven;
    return read(wrapSchema, named('kind', ['wrap-key'], [outcome])).map((wrap) => ({ ...wrap, time, proven }));
  });
}

/** Those of the values that carry one of the names. */
function named(member: 'type' | 'kind', names: readonly string[], values: readonly JsonValue[]): JsonValue[] {
  return values.filter((value) => {
    const name = memberOf(value, member);
    return typeof name === 'string' && names.includes(name);
  });
}

function memberOf(value: JsonValue, member: string): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.entries(value).find(([name]) => name === member)?.[1] ?? null;
}

/** All or nothing: a fact that is passed over because it is malformed would let an older one stand. */
function read<S extends v.GenericSchema>(schema: S, values: readonly JsonValue[]): v.InferOutput<S>[] {
  return values.map((value) => {
    const result = v.safeParse(schema, value);
    if (result.success) return result.output;
    const [issue] = result.issues;
    return refuse('LOG-HOLDS-A-CEREMONY', `The log tells it in another form: ${v.getDotPath(issue) ?? 'an event'}.`);
  });
}

function byKey<T extends { readonly key: string }>(facts: readonly T[]): ReadonlyMap<string, T> {
  return new Map(facts.map((fact) => [fact.key, fact]));
}
