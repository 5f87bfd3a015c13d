import * as v from 'valibot';

/**
 * The work a ceremony asks of the machine, the token and the media: what is requested and what comes back, both as
 * they stand in the log. Bytes are lower-case hex. Nothing here is secret: no PIN, no key, not even a wrapped one.
 */
const text = v.string();
const hex = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})*$/u));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/u));
const size = v.pipe(v.number(), v.integer(), v.minValue(0));
const notice = v.strictObject({ rule: text, text });

/** An attribute as it was asked for, and as the token gives it back. */
const readAttribute = v.strictObject({ name: text, asked: text, found: text });

const tokenIdentity = v.strictObject({
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
export const pinStateSchema = v.strictObject({
  initialised: v.boolean(),
  protectedPath: v.boolean(),
  countLow: v.boolean(),
  finalTry: v.boolean(),
  locked: v.boolean(),
});
const encodingProof = v.strictObject({
  spec: text,
  method: v.picklist(['rsa-aes', 'oaep', 'pkcs1-v1_5']),
  oaepHash: v.nullable(text),
  performed: v.picklist(['single', 'composed', 'native']),
  kwpMechanism: v.nullable(text),
  nonce: v.nullable(v.literal('aes-gcm')),
  payloadBytes: size,
});
/** A way that the token cannot do, where the plan leaves another open. */
const lackingWay = v.strictObject({
  spec: text,
  method: v.picklist(['rsa-aes', 'oaep', 'pkcs1-v1_5']),
  oaepHash: v.nullable(text),
  rule: text,
  cause: text,
});

export const requestSchema = v.variant('kind', [
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
  v.strictObject({
    kind: v.literal('sign-bundle'),
    createdAt: text,
    /** How many log entries the record in the bundle holds: up to this very request. */
    logSize: size,
  }),
  v.strictObject({
    kind: v.literal('write-copy'),
    copy: v.pipe(v.number(), v.integer(), v.minValue(1)),
    folder: text,
  }),
  v.strictObject({ kind: v.literal('destroy-key'), key: text, ckaId: hex }),
  v.strictObject({ kind: v.literal('destroy-log-key') }),
  v.strictObject({ kind: v.literal('log-out') }),
]);

export const outcomeSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('inspect-workstation'),
    application: text,
    electron: text,
    node: text,
    platform: text,
    host: text,
    interfaces: v.array(v.strictObject({ name: text, state: text, address: text })),
    notices: v.array(notice),
  }),
  v.strictObject({ kind: v.literal('identify-token'), identity: tokenIdentity, pin: pinStateSchema }),
  v.strictObject({ kind: v.literal('log-in'), pin: pinStateSchema }),
  v.strictObject({
    kind: v.literal('probe-token'),
    mechanisms: v.array(v.strictObject({ name: text, number: text, listed: v.boolean(), wraps: v.boolean() })),
    proofs: v.array(encodingProof),
    lacking: v.array(lackingWay),
  }),
  v.strictObject({
    kind: v.literal('make-log-key'),
    /** DER SubjectPublicKeyInfo of a P-256 key that the token holds and that only signs. */
    publicKey: hex,
    attributes: v.array(readAttribute),
  }),
  v.strictObject({
    kind: v.literal('sign-checkpoint'),
    /** The first so many entries, and the RFC 6962 root over them. */
    size: v.pipe(v.number(), v.integer(), v.minValue(1)),
    root: sha256,
    /** By the log key over the text of the checkpoint (app/audit/checkpoint.ts): ECDSA in DER. */
    signature: hex,
    /** Whether the token keeps size and root too. */
    kept: v.boolean(),
  }),
  v.strictObject({
    kind: v.literal('read-inbound'),
    keks: v.array(
      v.strictObject({
        key: text,
        spki: hex,
        spkiSha256: sha256,
        bits: size,
        id: v.nullable(text),
        deadline: v.nullable(text),
        /** What the wrapping key itself decides of the way to wrap; null where the plan does. */
        option: v.nullable(text),
        /** Goes back to the cloud unchanged. No secret: without the rights of the online desk it opens nothing. */
        importToken: v.nullable(hex),
        /** What the target key has to encrypt. */
        nonce: v.nullable(hex),
        files: v.array(v.strictObject({ name: text, sha256, bytes: size, as: text })),
        notices: v.array(notice),
      }),
    ),
  }),
  v.strictObject({
    kind: v.picklist(['make-key', 'find-key']),
    key: text,
    ckaId: hex,
    attributes: v.array(readAttribute),
    /** DER SubjectPublicKeyInfo of a key pair. */
    publicKey: v.nullable(hex),
    publicKeySha256: v.nullable(sha256),
    keyCheckValues: v.array(
      v.strictObject({ method: v.picklist(['aes-ecb-zero-block', 'sha256-of-value']), value: text }),
    ),
  }),
  v.strictObject({
    kind: v.literal('wrap-key'),
    key: text,
    parts: v.array(v.strictObject({ name: text, sha256, bytes: size })),
    proof: encodingProof,
  }),
  v.strictObject({
    kind: v.literal('sign-bundle'),
    /** By the log key over the checkpoint of the record in the bundle, and over the manifest: ECDSA in DER. */
    checkpoint: hex,
    manifest: hex,
    manifestSha256: sha256,
  }),
  v.strictObject({
    kind: v.literal('write-copy'),
    copy: size,
    folder: text,
    manifestSha256: sha256,
    files: v.array(v.strictObject({ path: text, sha256, bytes: size })),
  }),
  v.strictObject({ kind: v.literal('destroy-key'), key: text, destroyed: size }),
  v.strictObject({ kind: v.literal('destroy-log-key'), destroyed: size }),
  v.strictObject({ kind: v.literal('log-out') }),
]);

export type EffectRequest = v.InferOutput<typeof requestSchema>;
export type EffectOutcome = v.InferOutput<typeof outcomeSchema>;
export type EffectKind = EffectRequest['kind'];
export type OutcomeOf<K extends EffectKind> = Extract<EffectOutcome, { kind: K }>;
export type RequestOf<K extends EffectKind> = Extract<EffectRequest, { kind: K }>;

export type KekRecord = OutcomeOf<'read-inbound'>['keks'][number];
export type NoticeRecord = v.InferOutput<typeof notice>;
