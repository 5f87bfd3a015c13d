import * as v from 'valibot';
import type { PublicKey } from '../../keys/spki.ts';
import { parseMembers } from '../inbound/candidates.ts';
import { readPemMember } from '../inbound/pem-member.ts';

/** What `read -format=json transit/wrapping_key` and the API answer, and its `data` alone (path_wrapping_key.go). */
const data = v.looseObject({ public_key: v.string() });
const answer = v.looseObject({ data });

/**
 * Takes the public wrapping key of a transit mount out of JSON.
 * @param value - parsed
 * @param file - for the cause
 * @throws Refused with INBOUND-JSON-MEMBERS or a rule of PEM and DER
 */
export function vaultWrappingKey(value: unknown, file: string): PublicKey {
  const isAnswer = typeof value === 'object' && value !== null && 'data' in value;
  const { public_key: pem } = isAnswer ? parseMembers(answer, value, file).data : parseMembers(data, value, file);
  return readPemMember(pem, `${file}: ${isAnswer ? 'data.public_key' : 'public_key'}`);
}
