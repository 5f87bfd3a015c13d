import { randomBytes } from 'node:crypto';
import type { WrapPlan } from '../../app/byok/format.ts';
import { sealedNonceBytes } from '../../app/byok/outbound/wrapped-shape.ts';
import { keySpecs, type KeySpec } from '../../app/keys/specs.ts';
import type { RuleId } from '../../app/rules/index.ts';
import { Refused, refuse } from '../../app/rules/refusal.ts';
import { makeKey, planKey, readCheckValues, readPublicHalf, type KeyObjects } from './key-objects.ts';
import {
  hexNumber,
  kwpMechanisms,
  mechanisms,
  mechanismText,
  numbered,
  plain,
  rsaEncryption,
  type KwpMechanism,
} from './mechanisms.ts';
import {
  checkHmacSecret,
  checkPair,
  checkSealedNonce,
  checkSecret,
  openInSoftware,
  type ThrowAwayKek,
} from './opening.ts';
import { CryptokiError } from './pkcs11.ts';
import type { EncodingProof, WrapNeed } from './port.ts';
import { sealsNonce } from './seal-nonce.ts';
import type { Work } from './session.ts';
import { checkMethod, wrapUnderKek } from './wrap.ts';

/** A proof with the mechanism that passed it. */
export interface Proven {
  readonly proof: EncodingProof;
  readonly kwp: KwpMechanism | null;
}

/** Where proofs are made. */
export interface Bench {
  /** Runs one attempt in a session of its own: after a failed wrap some tokens have an operation open in it. */
  readonly attempt: <T>(operation: (work: Work) => T) => T;
  /** A throw-away key by its spec and number; the same for every proof, since an RSA key takes seconds. */
  readonly throwAwayKey: (spec: KeySpec, number: number) => KeyObjects;
}

/**
 * Makes throw-away keys when they are first asked for. All sessions of an application see its session objects, so any of
 * them can wrap these.
 * @param holder - the session whose end is the end of the keys
 */
export function throwAwayKeys(holder: Work): Bench['throwAwayKey'] {
  const made = new Map<string, KeyObjects>();
  return (spec, number) => {
    const name = `${spec} ${number}`;
    const objects = made.get(name) ?? makeThrowAwayKey(holder, spec);
    made.set(name, objects);
    return objects;
  };
}

/**
 * Proves that the token wraps as the destination expects: a throw-away key of the same spec, made in the token, is
 * wrapped to a throw-away KEK and opened in software by other code than the token's. That settles hash, MGF, KWP and the
 * exact payload encoding; a nonce that the token encrypts under the key is opened too. Of the KWP mechanisms the token
 * lists, the first that passes is taken: a number proves nothing.
 * @param bench - sessions and throw-away keys
 * @param need - key spec and wrap plan
 * @param kek - throw-away KEK
 * @param listed - the mechanism numbers the token lists
 * @throws Refused with TOKEN-MECHANISM-AVAILABLE, TOKEN-ENCODES-AS-PROBED, WRAP-OUTPUT-WELL-FORMED or
 *   NONCE-SEALED-IN-TOKEN, naming the mechanisms tried; CryptokiError
 */
export function proveEncoding(bench: Bench, need: WrapNeed, kek: ThrowAwayKek, listed: readonly number[]): Proven {
  checkMethod(need.spec, need.plan);
  const candidates = need.plan.method === 'rsa-aes' ? listedKwp(listed) : [null];
  let failure: unknown;
  for (const kwp of candidates) {
    try {
      return { proof: proveWithPadding(bench, need, kek, kwp), kwp };
    } catch (error) {
      if (!isUnsuitable(error)) throw error;
      failure ??= namingWay(error, need.plan, kwp);
    }
  }
  throw failure;
}

/** How often a proof is repeated for the sake of the padding. */
const paddingTries = 4;

/**
 * The PKCS#8 of an RSA key varies by some bytes. Where a throw-away key happens to fill the last block of 8, the proof
 * says nothing about padding, where SoftHSM 2.6.1 fails: another key is tried. A token whose keys always fill it has
 * nothing to pad.
 */
function proveWithPadding(bench: Bench, need: WrapNeed, kek: ThrowAwayKek, kwp: KwpMechanism | null): EncodingProof {
  const { spec, plan } = need;
  const prove = (number: number): EncodingProof =>
    bench.attempt((work) => proveOnce(work, need, kek, kwp, bench.throwAwayKey(spec, number)));
  const tries = keySpecs[spec].kind === 'rsa' && plan.method === 'rsa-aes' ? paddingTries : 1;
  let proof = prove(1);
  for (let number = 2; number <= tries && proof.payloadBytes % 8 === 0; number++) proof = prove(number);
  return proof;
}

function listedKwp(listed: readonly number[]): readonly KwpMechanism[] {
  const candidates = kwpMechanisms.filter((name) => listed.includes(mechanisms[name]));
  if (candidates.length > 0) return candidates;
  const names = kwpMechanisms.map(numbered).join(' nor ');
  return refuse('TOKEN-MECHANISM-AVAILABLE', `The token lists neither ${names}.`);
}

const encodingRules: readonly RuleId[] = [
  'TOKEN-ENCODES-AS-PROBED',
  'WRAP-OUTPUT-WELL-FORMED',
  'NONCE-SEALED-IN-TOKEN',
];

/** Whether another mechanism is worth a try: the token lacks this one after all, or it encodes something else. */
function isUnsuitable(error: unknown): boolean {
  if (error instanceof Refused) return encodingRules.includes(error.refusal.rule);
  return error instanceof CryptokiError && error.isLackOfMechanism;
}

/** What the token lacks is named already; what it encodes in another way comes from all its mechanisms together. */
function namingWay(error: unknown, plan: WrapPlan, kwp: KwpMechanism | null): unknown {
  if (!(error instanceof Refused)) return error;
  const tried = [
    mechanismText(rsaEncryption(plan.oaepHash)),
    ...(kwp === null ? [] : [numbered(kwp)]),
    ...(sealsNonce(plan) ? [numbered('CKM_AES_GCM')] : []),
  ];
  return new Refused({ ...error.refusal, cause: `${error.refusal.cause} Tried: ${tried.join(', then ')}.` });
}

function proveOnce(
  work: Work,
  { spec, plan }: WrapNeed,
  kek: ThrowAwayKek,
  kwp: KwpMechanism | null,
  objects: KeyObjects,
): EncodingProof {
  const nonce = sealsNonce(plan) ? randomBytes(sealedNonceBytes.nonce) : null;
  const parts = wrapUnderKek(work, kek, objects.key, { spec, plan, kwp, nonce });
  const payload = openInSoftware(parts, kek.privateKey, plan.oaepHash);
  try {
    checkPayload(work, spec, objects, payload);
    if (nonce !== null) checkSealedNonce(parts.sealedNonce, payload, nonce);
    return {
      spec,
      method: plan.method,
      oaepHash: plan.oaepHash,
      nonce: plan.method === 'oaep' ? plan.nonce : null,
      performed: plan.method === 'rsa-aes' ? 'composed' : 'single',
      kwpMechanism: kwp === null ? null : hexNumber(mechanisms[kwp]),
      payloadBytes: payload.length,
    };
  } finally {
    payload.fill(0);
  }
}

function makeThrowAwayKey(holder: Work, spec: KeySpec): KeyObjects {
  const place = { ckaId: randomBytes(16).toString('hex'), label: 'keyferry self-test', lives: 'in-session' } as const;
  const objects = makeKey(holder.session, spec, planKey(spec, place));
  holder.temporary(objects.key);
  if (objects.publicHalf !== null) holder.temporary(objects.publicHalf);
  return objects;
}

function checkPayload(work: Work, spec: KeySpec, objects: KeyObjects, payload: Uint8Array): void {
  const info = keySpecs[spec];
  const publicKey = readPublicHalf(work.session, objects, spec);
  if (publicKey !== null) {
    checkPair(payload, publicKey);
  } else if (info.kind === 'aes' || info.kind === 'hmac') {
    const [kcv] = readCheckValues(work.session, objects.key, spec);
    const bytes = info.bits / 8;
    if (info.kind === 'aes' || kcv !== undefined) checkSecret(payload, { kind: info.kind, bytes }, kcv ?? null);
    else checkHmacSecret(payload, bytes, signMessage(work, objects));
  }
}

/** For tokens that do not hash a key (C_DigestKey is not everywhere): what the key makes shows which one it is. */
function signMessage(
  { session }: Work,
  { key }: KeyObjects,
): { readonly message: Uint8Array; readonly mac: Uint8Array } {
  const message = randomBytes(32);
  return { message, mac: session.sign(plain('CKM_SHA256_HMAC'), key, message) };
}
