import { randomBytes } from 'node:crypto';
import { keySpecs } from '../../app/keys/specs.ts';
import { Refused, refuse } from '../../app/rules/refusal.ts';
import { makeKey, planKey, readCheckValues, readPublicHalf, type KeyObjects } from './key-objects.ts';
import { hexNumber, kwpMechanisms, mechanisms, type KwpMechanism } from './mechanisms.ts';
import { checkPair, checkSecret, openInSoftware, type ThrowAwayKek } from './opening.ts';
import { CryptokiError } from './pkcs11.ts';
import type { EncodingProof, WrapNeed } from './port.ts';
import type { Work } from './session.ts';
import { checkMethod, wrapUnderKek } from './wrap.ts';

/** A proof with the mechanism that passed it. */
export interface Proven {
  readonly proof: EncodingProof;
  readonly kwp: KwpMechanism | null;
}

/**
 * Proves that the token wraps as the destination expects: a throw-away key of the same spec, made in the token, is
 * wrapped to a throw-away KEK and opened in software by other code than the token's. That settles hash, MGF, KWP and the
 * exact payload encoding. Of the KWP mechanisms the token lists, the first that passes is taken: a number proves nothing.
 * @param perform - runs one attempt in a session of its own
 * @param need - key spec and wrap plan
 * @param kek - throw-away KEK
 * @param listed - the mechanism numbers the token lists
 * @throws Refused with TOKEN-MECHANISM-AVAILABLE or TOKEN-ENCODES-AS-PROBED; CryptokiError
 */
export function proveEncoding(
  perform: <T>(attempt: (work: Work) => T) => T,
  need: WrapNeed,
  kek: ThrowAwayKek,
  listed: readonly number[],
): Proven {
  checkMethod(need.spec, need.plan);
  const candidates = need.plan.method === 'rsa-aes' ? listedKwp(listed) : [null];
  let failure: unknown;
  for (const kwp of candidates) {
    try {
      return { proof: proveWithPadding(() => perform((work) => proveOnce(work, need, kek, kwp)), need), kwp };
    } catch (error) {
      if (!isUnsuitable(error)) throw error;
      failure ??= error;
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
function proveWithPadding(prove: () => EncodingProof, { spec, plan }: WrapNeed): EncodingProof {
  const saysNothing = (proof: EncodingProof): boolean => proof.payloadBytes % 8 === 0;
  let proof = prove();
  if (keySpecs[spec].kind !== 'rsa' || plan.method !== 'rsa-aes') return proof;
  for (let tries = 1; tries < paddingTries && saysNothing(proof); tries++) proof = prove();
  return proof;
}

function listedKwp(listed: readonly number[]): readonly KwpMechanism[] {
  const candidates = kwpMechanisms.filter((name) => listed.includes(mechanisms[name]));
  if (candidates.length > 0) return candidates;
  const names = kwpMechanisms.map((name) => `${name} (${hexNumber(mechanisms[name])})`).join(' nor ');
  return refuse('TOKEN-MECHANISM-AVAILABLE', `The token lists neither ${names}.`);
}

const encodingRules: readonly string[] = ['TOKEN-ENCODES-AS-PROBED', 'WRAP-OUTPUT-WELL-FORMED'];

/** Whether another mechanism is worth a try: the token lacks this one after all, or it encodes something else. */
function isUnsuitable(error: unknown): boolean {
  if (error instanceof Refused) return encodingRules.includes(error.refusal.rule);
  return error instanceof CryptokiError && error.isLackOfMechanism;
}

function proveOnce(work: Work, need: WrapNeed, kek: ThrowAwayKek, kwp: KwpMechanism | null): EncodingProof {
  const { spec, plan } = need;
  if (plan.method === 'pkcs1-v1_5') throw new Error('unreachable: refused by checkMethod');
  const objects = makeThrowAwayKey(work, need);
  const parts = wrapUnderKek(work, kek, objects.key, { spec, plan, kwp });
  const payload = openInSoftware(parts, kek.privateKey, plan.oaepHash);
  try {
    checkPayload(work, need, objects, payload);
    return {
      spec,
      method: plan.method,
      oaepHash: plan.oaepHash,
      performed: plan.method === 'rsa-aes' ? 'composed' : 'single',
      kwpMechanism: kwp === null ? null : hexNumber(mechanisms[kwp]),
      payloadBytes: payload.length,
    };
  } finally {
    payload.fill(0);
  }
}

function makeThrowAwayKey(work: Work, { spec }: WrapNeed): KeyObjects {
  const place = { ckaId: randomBytes(16).toString('hex'), label: 'keyferry self-test', lives: 'in-session' } as const;
  const objects = makeKey(work.session, spec, planKey(spec, place));
  work.temporary(objects.key);
  if (objects.publicHalf !== null) work.temporary(objects.publicHalf);
  return objects;
}

function checkPayload(work: Work, { spec }: WrapNeed, objects: KeyObjects, payload: Uint8Array): void {
  const info = keySpecs[spec];
  const publicKey = readPublicHalf(work.session, objects, spec);
  if (publicKey !== null) {
    checkPair(payload, publicKey);
  } else if (info.kind === 'aes' || info.kind === 'hmac') {
    const [kcv] = readCheckValues(work.session, objects.key, spec);
    checkSecret(payload, { kind: info.kind, bytes: info.bits / 8 }, kcv ?? null);
  }
}
