import * as v from 'valibot';
import type { JsonValue } from '../audit/canonical-json.ts';
import { checkpointText, originOf, type Checkpoint } from '../audit/checkpoint.ts';
import type { Entry } from '../audit/entry.ts';
import { noteKeyId, noteOf, type NoteSignature } from '../audit/signed-note.ts';
import { refuse } from '../rules/refusal.ts';

/**
 * What the log tells of its own signatures: the key in the token that signs it, how far it was signed, and who cosigned.
 * Read with schemas of the verifier's own, which shares nothing with the engine that wrote it.
 */
export interface Seals {
  /** DER SubjectPublicKeyInfo in hex; null where the log tells of none, or of several. */
  readonly logKey: string | null;
  /** How many the log tells of. */
  readonly logKeys: number;
  /** The approval keys, by person. */
  readonly approvalKeys: ReadonlyMap<string, string>;
  readonly checkpoints: readonly LoggedCheckpoint[];
  /** Approvals with the index of the checkpoint that they should cosign; null before there was one. */
  readonly approvals: readonly LoggedCosignature[];
}

export interface LoggedCheckpoint {
  readonly size: number;
  readonly root: string;
  readonly signature: string;
  /** Index of the entry that tells of it. */
  readonly at: number;
  /** In the order of the log, each person once. */
  readonly cosigned: readonly { readonly person: string; readonly signature: string }[];
}

export interface LoggedCosignature {
  readonly entry: number;
  readonly person: string;
  readonly cosignature: string | null;
  readonly checkpoint: number | null;
}

const hex = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})+$/u));
const registeredSchema = v.object({ type: v.literal('approval-key-registered'), person: v.string(), publicKey: hex });
const approvedSchema = v.object({
  type: v.literal('approval-given'),
  person: v.string(),
  cosignature: v.nullable(hex),
});
const madeSchema = v.object({
  type: v.literal('effect-completed'),
  outcome: v.object({ kind: v.literal('make-log-key'), publicKey: hex }),
});
const signedSchema = v.object({
  type: v.literal('effect-completed'),
  outcome: v.object({
    kind: v.literal('sign-checkpoint'),
    size: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    root: v.pipe(hex, v.length(64)),
    signature: hex,
  }),
});

/**
 * Collects what a log tells of its signatures; none of them is checked here.
 * @param entries - the log from its first entry on
 * @throws Refused with BUNDLE-CHECKPOINTS-SIGNED where one of them is malformed
 */
export function sealsIn(entries: readonly Entry[]): Seals {
  return entries.reduce<Seals>(afterEntry, {
    logKey: null,
    logKeys: 0,
    approvalKeys: new Map(),
    checkpoints: [],
    approvals: [],
  });
}

function afterEntry(seals: Seals, { event, sequence }: Entry): Seals {
  refuseMalformed(event, sequence);
  const { approvalKeys, checkpoints, approvals } = seals;
  if (v.is(registeredSchema, event)) {
    return { ...seals, approvalKeys: new Map(approvalKeys).set(event.person, event.publicKey) };
  }
  if (v.is(madeSchema, event)) {
    const isFirst = seals.logKeys === 0;
    return { ...seals, logKey: isFirst ? event.outcome.publicKey : null, logKeys: seals.logKeys + 1 };
  }
  if (v.is(signedSchema, event)) {
    const { size, root, signature } = event.outcome;
    return { ...seals, checkpoints: [...checkpoints, { size, root, signature, at: sequence - 1, cosigned: [] }] };
  }
  if (!v.is(approvedSchema, event)) return seals;
  const { person, cosignature } = event;
  const last = checkpoints.length - 1;
  const approved = { entry: sequence, person, cosignature, checkpoint: last < 0 ? null : last };
  return { ...seals, approvals: [...approvals, approved], checkpoints: cosignedBy(checkpoints, person, cosignature) };
}

const namedSchema = v.object({ type: v.string(), outcome: v.optional(v.looseObject({ kind: v.string() })) });
const sealSchemas = {
  'approval-key-registered': registeredSchema,
  'approval-given': approvedSchema,
  'make-log-key': madeSchema,
  'sign-checkpoint': signedSchema,
} as const;

/** One that is passed over because it is malformed would be a signature that nobody looks at. */
function refuseMalformed(event: JsonValue, sequence: number): void {
  if (!v.is(namedSchema, event)) return;
  const name = event.type === 'effect-completed' ? (event.outcome?.kind ?? '') : event.type;
  const schema = Object.entries(sealSchemas).find(([known]) => known === name)?.[1];
  if (schema !== undefined && !v.is(schema, event)) {
    refuse('BUNDLE-CHECKPOINTS-SIGNED', `Entry ${sequence} tells ${name} in another form.`);
  }
}

/** Somebody who approves twice before the next checkpoint stands in its note once. */
function cosignedBy(
  checkpoints: readonly LoggedCheckpoint[],
  person: string,
  signature: string | null,
): readonly LoggedCheckpoint[] {
  const last = checkpoints.at(-1);
  if (last === undefined || signature === null || last.cosigned.some((one) => one.person === person)) {
    return checkpoints;
  }
  return [...checkpoints.slice(0, -1), { ...last, cosigned: [...last.cosigned, { person, signature }] }];
}

/** What somebody's key is called in a note. */
export function cosignerName(ceremony: string, person: string): string {
  return `${originOf(ceremony)}/${person}`;
}

/**
 * Writes a checkpoint as a signed note.
 * @param ceremony - its id
 * @param checkpoint - with the signature of the log key and those of the people
 * @param seals - for the keys
 * @returns the content of a `.note` file
 */
export function checkpointNote(
  ceremony: string,
  { size, root, signature, cosigned }: Omit<LoggedCheckpoint, 'at'>,
  { logKey, approvalKeys }: Pick<Seals, 'logKey' | 'approvalKeys'>,
): string {
  const origin = originOf(ceremony);
  const checkpoint: Checkpoint = { origin, size, root };
  const signatures: NoteSignature[] = [
    { name: origin, keyId: noteKeyId(logKey ?? ''), signature },
    ...cosigned.map((one) => ({
      name: cosignerName(ceremony, one.person),
      keyId: noteKeyId(approvalKeys.get(one.person) ?? ''),
      signature: one.signature,
    })),
  ];
  return noteOf({ text: checkpointText(checkpoint), signatures });
}

/**
 * Writes the manifest as a signed note.
 * @param ceremony - its id
 * @param manifest - text of MANIFEST.json
 * @param signed - the log key, and its signature over the manifest
 * @returns the content of MANIFEST.json.note
 */
export function manifestNote(
  ceremony: string,
  manifest: string,
  { logKey, signature }: { readonly logKey: string; readonly signature: string },
): string {
  return noteOf({ text: manifest, signatures: [{ name: originOf(ceremony), keyId: noteKeyId(logKey), signature }] });
}
