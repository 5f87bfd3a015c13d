import * as v from 'valibot';

/**
 * The forms of work and of what it refers to, as docs/record-format.md has them (3.2, 3.3): the verifier's own record, which
 * shares nothing with the engine that writes them. A form is exact, so that nothing stands in a log that no verifier looks at.
 */
export const text = v.string();
export const texts = v.array(text);
export const flag = v.boolean();
/** From 0, and from 1. */
export const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
export const ordinal = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
/** One byte or more, lower case. */
export const hex = v.pipe(text, v.regex(/^(?:[0-9a-f]{2})+$/u));
export const sha256 = v.pipe(text, v.regex(/^[0-9a-f]{64}$/u));

const notices = v.array(v.strictObject({ rule: text, text }));
const attributes = v.array(v.strictObject({ name: text, asked: text, found: text }));
const method = v.picklist(['oaep', 'pkcs1-v1_5', 'rsa-aes']);

/** What the token says of its PIN. */
export const pinForm = v.strictObject({
  initialised: flag,
  protectedPath: flag,
  countLow: flag,
  finalTry: flag,
  locked: flag,
});

/** Who gave the PIN, and how. */
export const credentialForm = v.strictObject({
  kind: v.literal('credential'),
  how: v.picklist(['one', 'parts', 'pad']),
  by: texts,
  finalTryAccepted: flag,
});

const personForm = v.strictObject({
  id: text,
  name: text,
  organisation: text,
  roles: texts,
  initials: text,
  identifiedBy: text,
});

/** What a step was given. */
export const inputForm = v.variant('kind', [
  v.strictObject({ kind: v.literal('none') }),
  v.strictObject({ kind: v.literal('people'), people: v.array(personForm) }),
  v.strictObject({ kind: v.literal('folders'), folders: texts }),
  credentialForm,
  v.strictObject({ kind: v.literal('key-ids'), keyIds: texts }),
]);

const proofForm = v.strictObject({
  spec: text,
  method,
  oaepHash: v.nullable(text),
  nonce: v.nullable(text),
  performed: v.picklist(['single', 'composed', 'native']),
  kwpMechanism: v.nullable(text),
  payloadBytes: count,
});

const kekForm = v.strictObject({
  key: text,
  spki: hex,
  spkiSha256: sha256,
  bits: count,
  id: v.nullable(text),
  deadline: v.nullable(text),
  option: v.nullable(text),
  importToken: v.nullable(hex),
  nonce: v.nullable(hex),
  files: v.array(v.strictObject({ name: text, sha256, bytes: count, as: text })),
  notices,
});

/** What is asked of the machine, the token and the media. */
export const requestForm = v.variant('kind', [
  v.strictObject({ kind: v.literal('inspect-workstation') }),
  v.strictObject({ kind: v.literal('identify-token') }),
  v.strictObject({ kind: v.literal('log-in') }),
  v.strictObject({ kind: v.literal('probe-token') }),
  v.strictObject({ kind: v.literal('make-log-key') }),
  v.strictObject({ kind: v.literal('sign-checkpoint') }),
  v.strictObject({ kind: v.literal('read-inbound'), folder: text }),
  v.strictObject({ kind: v.literal('make-key'), key: text, ckaId: hex, label: text }),
  v.strictObject({ kind: v.literal('find-key'), key: text, ckaId: hex }),
  v.strictObject({ kind: v.literal('wrap-key'), key: text }),
  v.strictObject({ kind: v.literal('sign-bundle'), createdAt: text, logSize: count }),
  v.strictObject({ kind: v.literal('write-copy'), copy: ordinal, folder: text }),
  v.strictObject({ kind: v.literal('destroy-key'), key: text, ckaId: hex }),
  v.strictObject({ kind: v.literal('destroy-log-key') }),
  v.strictObject({ kind: v.literal('log-out') }),
]);

const identityForm = v.strictObject({
  serial: text,
  label: text,
  manufacturer: text,
  model: text,
  firmware: text,
  hardware: text,
  moduleSha256: sha256,
  moduleDescription: text,
  cryptoki: text,
});

/** What is said before the keys come. */
const outcomesOfRoom = [
  v.strictObject({
    kind: v.literal('inspect-workstation'),
    application: text,
    electron: text,
    node: text,
    platform: text,
    host: text,
    interfaces: v.array(v.strictObject({ name: text, state: text, address: text })),
    notices,
  }),
  v.strictObject({ kind: v.literal('identify-token'), identity: identityForm, pin: pinForm }),
  v.strictObject({ kind: v.literal('log-in'), pin: pinForm }),
  v.strictObject({
    kind: v.literal('probe-token'),
    mechanisms: v.array(v.strictObject({ name: text, number: text, listed: flag, wraps: flag })),
    proofs: v.array(proofForm),
    lacking: v.array(v.strictObject({ spec: text, method, oaepHash: v.nullable(text), rule: text, cause: text })),
  }),
  v.strictObject({ kind: v.literal('make-log-key'), publicKey: hex, attributes }),
  v.strictObject({ kind: v.literal('sign-checkpoint'), size: ordinal, root: sha256, signature: hex, kept: flag }),
] as const;

const madeMembers = {
  key: text,
  ckaId: hex,
  attributes,
  publicKey: v.nullable(hex),
  publicKeySha256: v.nullable(sha256),
  keyCheckValues: v.array(
    v.strictObject({ method: v.picklist(['aes-ecb-zero-block', 'sha256-of-value']), value: text }),
  ),
};

/** What came of the work. */
export const outcomeForm = v.variant('kind', [
  ...outcomesOfRoom,
  v.strictObject({
    kind: v.literal('read-inbound'),
    // Of two for one key nobody could say which of them was meant.
    keks: v.pipe(
      v.array(kekForm),
      v.check((keks) => new Set(keks.map(({ key }) => key)).size === keks.length),
    ),
  }),
  v.strictObject({ kind: v.literal('make-key'), ...madeMembers }),
  v.strictObject({ kind: v.literal('find-key'), ...madeMembers }),
  v.strictObject({
    kind: v.literal('wrap-key'),
    key: text,
    parts: v.array(v.strictObject({ name: text, sha256, bytes: count })),
    proof: proofForm,
  }),
  v.strictObject({ kind: v.literal('sign-bundle'), checkpoint: hex, manifest: hex, manifestSha256: sha256 }),
  v.strictObject({
    kind: v.literal('write-copy'),
    copy: ordinal,
    folder: text,
    manifestSha256: sha256,
    files: v.array(v.strictObject({ path: text, sha256, bytes: count })),
  }),
  v.strictObject({ kind: v.literal('destroy-key'), key: text, destroyed: count }),
  v.strictObject({ kind: v.literal('destroy-log-key'), destroyed: count }),
  v.strictObject({ kind: v.literal('log-out') }),
]);

export type ToldOutcome = v.InferOutput<typeof outcomeForm>;
export type ToldPerson = v.InferOutput<typeof personForm>;
export type OutcomeOf<K extends ToldOutcome['kind']> = Extract<ToldOutcome, { kind: K }>;
