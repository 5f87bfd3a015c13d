import { canonicalJson } from '../audit/canonical-json.ts';
import { checkKekRegister } from '../byok/kek-register.ts';
import { formatFor } from '../byok/registry.ts';
import { sealedNonceBytes } from '../byok/outbound/wrapped-shape.ts';
import { nonceOf } from '../byok/ways.ts';
import { hexToBytes } from '../keys/bytes.ts';
import { refuser, type Refuser } from '../keys/refuser.ts';
import { checkWrappingKey } from '../keys/rsa-public.ts';
import { readSpki } from '../keys/spki.ts';
import { carriedIn, unknownInPlan, type CarriedKey } from './carried-keys.ts';
import { factsOf, type ProofFacts, type WrapFacts } from './log-facts.ts';
import { holds, notCheckable, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-WRAPS-AS-PROVEN';

/** What the log calls what the token gave out: the verifier's own record of it, like the names of steps and events. */
const partNames = {
  ephemeral: 'wrapped ephemeral key',
  key: 'wrapped target key',
  sealedNonce: ['IV of the nonce', 'encrypted nonce'],
} as const;

/**
 * Whether the log can be true of each wrap: a wrapping key that the plan allows, the one way that plan and wrapping key
 * leave, and a proof of that very way for such a key at the last test of the token before.
 * @throws Refused with BUNDLE-WRAPS-AS-PROVEN, or with the rule that a wrapping key or the plan violates
 */
export function checkWraps({ entries }: Readings): Finding {
  const facts = factsOf(entries);
  const unknown = unknownInPlan(facts);
  if (unknown !== undefined) return notCheckable(`This version does not know ${unknown}.`);
  const { plan, carried } = carriedIn(facts, rule);
  const stray = [...facts.keks.keys()].find((key) => !plan.keys.some(({ id }) => id === key));
  if (stray !== undefined) refuser(rule, stray)('a wrapping key was read for it, and it is no key of the plan');
  for (const key of carried) {
    const { id } = key.planned;
    const refuse = refuser(rule, `key ${id}`);
    checkKek(key, refuse);
    checkBroughtAlong(key, refuse);
    checkWrap(key, facts.wraps.get(id) ?? refuse('the log does not tell of its wrap'), refuse);
  }
  checkKekRegister(carried.map(({ planned: { id, destination }, kek }) => ({ ...kek, key: id, destination })));
  return holds(carried.map(({ planned: { id }, way }) => `${id} by ${way.option}`).join(', '));
}

/** Called as the plan has it, RSA in its one encoding, of the size that the log names and the way takes. */
function checkKek({ planned: { id, destination }, kek, way }: CarriedKey, refuse: Refuser): void {
  if (!formatFor(destination).isKekId(destination, kek.id)) {
    refuse(`its wrapping key is called ${kek.id ?? 'nothing'}, which the plan does not allow`);
  }
  const key = readSpki(hexToBytes(kek.spki), refuse);
  if (key.kind !== 'rsa') return refuse('its wrapping key is no RSA key');
  const bits = checkWrappingKey(key, way.kekBits, `the wrapping key for ${id}`);
  if (bits !== kek.bits) refuse(`its wrapping key has ${bits} bits; the log says ${kek.bits}`);
}

/** A nonce of the one length, exactly where the way seals one; an import token is compared with the files. */
function checkBroughtAlong({ kek: { nonce }, way }: CarriedKey, refuse: Refuser): void {
  const bytes = nonce === null ? null : nonce.length / 2;
  const wanted = nonceOf(way.wrap) === null ? null : sealedNonceBytes.nonce;
  if (bytes !== wanted) refuse(`a nonce of ${bytes ?? 'no'} bytes came in; ${way.option} wants ${wanted ?? 'none'}`);
}

function checkWrap({ planned: { spec }, way }: CarriedKey, { proof, parts, proven }: WrapFacts, refuse: Refuser): void {
  const { method, oaepHash } = way.wrap;
  const isHybrid = method === 'rsa-aes';
  const nonce = nonceOf(way.wrap);
  const { performed, kwpMechanism } = proof;
  const asked = { ...wayIn(proof), spec, method, oaepHash, nonce };
  const isAsked = canonicalJson(wayIn(proof)) === canonicalJson(asked);
  if (!isAsked || (performed === 'single') === isHybrid || (kwpMechanism !== null) !== isHybrid) {
    refuse(`the proof beside its wrap is of ${canonicalJson(proof)}, not of ${way.option} for ${spec}`);
  }
  if (!proven.some((earlier) => canonicalJson(wayIn(earlier)) === canonicalJson(wayIn(proof)))) {
    refuse(`the token had not proved ${way.option} for ${spec} like this when it was last tested`);
  }
  const names = [
    ...(isHybrid ? [partNames.ephemeral] : []),
    partNames.key,
    ...(nonce === null ? [] : partNames.sealedNonce),
  ];
  const given = parts.map(({ name }) => name);
  if (canonicalJson(given) !== canonicalJson(names)) {
    refuse(`the token gave out ${given.join(', ')}; ${way.option} gives ${names.join(', ')}`);
  }
}

/** What a proof is of: how long its payload was is the test's own. */
function wayIn({
  spec,
  method,
  oaepHash,
  nonce,
  performed,
  kwpMechanism,
}: ProofFacts): Omit<ProofFacts, 'payloadBytes'> {
  return { spec, method, oaepHash, nonce, performed, kwpMechanism };
}
