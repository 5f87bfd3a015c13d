import * as v from 'valibot';
import type { KeySpec } from '../../keys/specs.ts';
import { utcMoment } from '../names.ts';
import { supportMatrix } from '../support-matrix.ts';

/**
 * A key id (UUID, `mrk-` and 32 hex digits for a multi-Region key), or the ARN of a key. An alias has a slash, and an
 * alias ARN no `:key/`: GetParametersForImport takes neither.
 */
const keyName =
  /^(?:arn:aws(?:-[a-z]{1,8})*:kms:[a-z]{2,8}(?:-[a-z]{1,16})+-\d{1,2}:\d{12}:key\/)?[A-Za-z0-9._][A-Za-z0-9._-]{0,126}$/;

const keyId = v.pipe(
  v.string(),
  v.regex(
    keyName,
    'a key is named by its id, or by an ARN of the form arn:aws:kms:<region>:<account>:key/<id>; AWS takes no alias here',
  ),
);

const algorithms = supportMatrix['aws-kms'].map(({ option }) => option);

/** The plan's `destination` member for AWS KMS. */
export const awsSchema = v.strictObject({
  type: v.literal('aws-kms'),
  keyId,
  wrappingAlgorithm: v.picklist(
    algorithms,
    `a wrapping algorithm is one of ${algorithms.join(', ')}; AWS refuses RSAES_PKCS1_V1_5 since 2023-10-10`,
  ),
  validTo: v.exactOptional(utcMoment),
});

export type AwsDestination = v.InferOutput<typeof awsSchema>;

/** A key's name taken apart. */
export interface AwsKeyName {
  /** The last part: what AWS calls the key id. */
  readonly id: string;
  /** Null when the name is a bare id. */
  readonly arn: { readonly partition: string; readonly region: string; readonly account: string } | null;
}

/**
 * Takes the name of a key apart.
 * @param name - a key id or a key ARN
 * @returns a name that is no ARN as a bare id, whatever it is
 */
export function readKeyName(name: string): AwsKeyName {
  const [, partition, region, account, id] = /^arn:([^:/]+):kms:([^:/]+):(\d{12}):key\/([^:/]+)$/.exec(name) ?? [];
  if (partition === undefined || region === undefined || account === undefined || id === undefined) {
    return { id: name, arn: null };
  }
  return { id, arn: { partition, region, account } };
}

/** Whether AWS could call a key so: an id or a key ARN. */
export function isKeyName(name: string): boolean {
  return keyName.test(name);
}

/** The regions in China: their cryptography is China's own, and some of AWS's is missing. */
export function isInChina(name: string): boolean {
  return readKeyName(name).arn?.partition === 'aws-cn';
}

/** What `aws kms create-key --key-spec` calls each spec that AWS imports (API reference, KeySpec). */
export const awsKeySpecs: Readonly<Partial<Record<KeySpec, string>>> = {
  'rsa-2048': 'RSA_2048',
  'rsa-3072': 'RSA_3072',
  'rsa-4096': 'RSA_4096',
  'ec-p256': 'ECC_NIST_P256',
  'ec-p384': 'ECC_NIST_P384',
  'ec-p521': 'ECC_NIST_P521',
  'ec-secp256k1': 'ECC_SECG_P256K1',
  'aes-256': 'SYMMETRIC_DEFAULT',
  'hmac-224': 'HMAC_224',
  'hmac-256': 'HMAC_256',
  'hmac-384': 'HMAC_384',
  'hmac-512': 'HMAC_512',
};
