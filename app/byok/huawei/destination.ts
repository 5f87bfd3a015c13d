import * as v from 'valibot';
import { bytesToBase64 } from '../../keys/bytes.ts';
import { httpsOrigin, plainName, utcMoment } from '../names.ts';
import { supportMatrix } from '../support-matrix.ts';

/** What Huawei calls its ways of putting key material under the wrapping key. */
const wrappingAlgorithms = [...new Set(supportMatrix['huawei-kms'].map(({ option }) => option))];

/** A key id: `^[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$` (ImportKeyMaterial, key_id). */
export const keyIdShape = '[0-9a-z]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}';

/** The plan's `destination` member for KMS of Huawei Cloud and Open Telekom Cloud. */
export const huaweiSchema = v.strictObject({
  type: v.literal('huawei-kms'),
  endpoint: httpsOrigin,
  projectId: plainName,
  keyId: v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^${keyIdShape}$`),
      'a key id has 8, 4, 4, 4 and 12 lower-case letters and digits, joined by "-"',
    ),
  ),
  wrappingAlgorithm: v.picklist(wrappingAlgorithms),
  validTo: v.exactOptional(utcMoment),
});

export type HuaweiDestination = v.InferOutput<typeof huaweiSchema>;

/** The host, and the port where the plan names one. */
export function hostOf({ endpoint }: HuaweiDestination): string {
  return endpoint.slice('https://'.length);
}

/** Open Telekom Cloud runs the same service with limits of its own; its hosts end so (api-ref, endpoints). */
export function isOpenTelekomCloud(destination: HuaweiDestination): boolean {
  return /\.otc\.t-systems\.com(?::\d+)?$/.test(hostOf(destination));
}

/**
 * Every key id in a text, whatever stands around it.
 * @param text - for example an import token as characters
 */
export function keyIdsIn(text: string): readonly string[] {
  return text.match(new RegExp(keyIdShape, 'g')) ?? [];
}

/** Characters of an import token in base64: `^[0-9a-zA-Z+/=]{200,6144}$` (ImportKeyMaterial, import_token). */
export const tokenCharacters = { least: 200, most: 6144 } as const;

/**
 * Tells whether an import token has a length that the service takes back.
 * @param token - decoded
 */
export function isTokenSized(token: Uint8Array): boolean {
  const { length } = bytesToBase64(token);
  return length >= tokenCharacters.least && length <= tokenCharacters.most;
}
