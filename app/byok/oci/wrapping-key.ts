import * as v from 'valibot';
import type { PublicKey } from '../../keys/spki.ts';
import { refuse } from '../../rules/refusal.ts';
import { parseMembers } from '../inbound/candidates.ts';
import { readPemMember } from '../inbound/pem-member.ts';

const text = v.nullish(v.string(), null);

/**
 * `oci kms management wrapping-key get`: the answer of the API under `data`, its members in words with hyphens.
 * Source: oracle/oci-python-sdk, src/oci/key_management/models/wrapping_key.py; oci-cli changes the spelling.
 */
const fromCli = v.looseObject({ data: v.looseObject({ 'public-key': v.string(), 'lifecycle-state': text }) });

/** GetWrappingKey: WrappingKey of the Key Management API, 20180608. */
const fromApi = v.looseObject({ publicKey: v.string(), lifecycleState: text });

/**
 * Takes the vault's public wrapping key out of JSON.
 * @param value - parsed
 * @param file - for the cause
 * @throws Refused with INBOUND-JSON-MEMBERS, KEK-IN-FORCE when it is not enabled, or a rule of PEM and DER
 */
export function ociWrappingKey(value: unknown, file: string): PublicKey {
  const isOfCli = typeof value === 'object' && value !== null && 'data' in value;
  const { pem, state, member } = isOfCli ? membersOfCli(value, file) : membersOfApi(value, file);
  if (state !== null && state !== 'ENABLED') {
    refuse('KEK-IN-FORCE', `${file}: the state of the wrapping key is "${state.slice(0, 40)}".`, {
      remedy: 'Have the online desk enable the wrapping key of the vault, and fetch it again.',
    });
  }
  return readPemMember(pem, `${file}: ${member}`);
}

function membersOfCli(value: unknown, file: string) {
  const { data } = parseMembers(fromCli, value, file);
  return { pem: data['public-key'], state: data['lifecycle-state'], member: 'data.public-key' };
}

function membersOfApi(value: unknown, file: string) {
  const { publicKey, lifecycleState } = parseMembers(fromApi, value, file);
  return { pem: publicKey, state: lifecycleState, member: 'publicKey' };
}
