import * as v from 'valibot';
import type { Entry } from '../audit/entry.ts';

/**
 * What a verifier takes from the log, read with schemas of its own: it shares no code with the engine that wrote it.
 * Members and events that are not needed here are passed over.
 */
const text = v.string();
const nullableText = v.nullable(text);

const openedSchema = v.object({
  type: v.literal('ceremony-opened'),
  ceremony: text,
  mode: text,
  application: text,
  planSha256: text,
  plan: v.unknown(),
});

const kekSchema = v.object({ key: text, spkiSha256: text, bits: v.number(), id: nullableText, deadline: nullableText });
const madeSchema = v.object({
  kind: v.picklist(['make-key', 'find-key']),
  key: text,
  publicKey: nullableText,
  keyCheckValues: v.array(v.object({ method: text, value: text })),
});
const wrapSchema = v.object({
  kind: v.literal('wrap-key'),
  key: text,
  proof: v.object({ method: text, oaepHash: nullableText, performed: text }),
});
const readSchema = v.object({ kind: v.literal('read-inbound'), keks: v.array(kekSchema) });
const completedSchema = v.object({ type: v.literal('effect-completed'), outcome: v.unknown() });
const copySchema = v.object({
  type: v.literal('effect-requested'),
  request: v.object({ kind: v.literal('write-copy'), createdAt: text }),
});

export type Opened = v.InferOutput<typeof openedSchema>;
export type KekFacts = v.InferOutput<typeof kekSchema>;
export type MadeFacts = v.InferOutput<typeof madeSchema>;
export type WrapFacts = v.InferOutput<typeof wrapSchema>;

/** The facts by key id; of what was repeated, the last time stands. */
export interface LogFacts {
  /** The first event, when it opens a ceremony. */
  readonly opened: Opened | null;
  readonly keks: ReadonlyMap<string, KekFacts>;
  readonly made: ReadonlyMap<string, MadeFacts>;
  readonly wraps: ReadonlyMap<string, WrapFacts>;
  /** When the bundle was made: the record ends with the request to write it. */
  readonly createdAt: string | null;
}

/**
 * Collects the facts of a log.
 * @param entries - the log, its chain already followed
 */
export function factsOf(entries: readonly Entry[]): LogFacts {
  const outcomes = pick(
    completedSchema,
    entries.map((entry) => entry.event),
  ).map(({ outcome }) => outcome);
  const [opened] = pick(
    openedSchema,
    entries.slice(0, 1).map((entry) => entry.event),
  );
  const copies = pick(
    copySchema,
    entries.map((entry) => entry.event),
  );
  return {
    opened: opened ?? null,
    keks: byKey(pick(readSchema, outcomes).flatMap(({ keks }) => keks)),
    made: byKey(pick(madeSchema, outcomes)),
    wraps: byKey(pick(wrapSchema, outcomes)),
    createdAt: copies.at(-1)?.request.createdAt ?? null,
  };
}

/** Those of the values that have the shape. */
function pick<S extends v.GenericSchema>(schema: S, values: readonly unknown[]): v.InferOutput<S>[] {
  return values.filter((value) => v.is(schema, value)).map((value) => v.parse(schema, value));
}

function byKey<T extends { readonly key: string }>(facts: readonly T[]): ReadonlyMap<string, T> {
  return new Map(facts.map((fact) => [fact.key, fact]));
}
