import { createHash, createPublicKey, randomBytes } from 'node:crypto';
import { openHybrid, openRsaPart } from '../open-wrapped.ts';
import type { Cloud, CloudKek } from './cloud.ts';

const place = { region: 'eu-central-1', account: '111122223333' };

/** What each wrapping algorithm means (AWS KMS Developer Guide, "Select a wrapping algorithm"). */
const algorithms: Readonly<Record<string, { readonly isHybrid: boolean; readonly hash: string }>> = {
  RSAES_OAEP_SHA_256: { isHybrid: false, hash: 'sha256' },
  RSAES_OAEP_SHA_1: { isHybrid: false, hash: 'sha1' },
  RSA_AES_KEY_WRAP_SHA_256: { isHybrid: true, hash: 'sha256' },
  RSA_AES_KEY_WRAP_SHA_1: { isHybrid: true, hash: 'sha1' },
};

/** A key id in the form of AWS's, the same for the same name. */
export function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** AWS KMS by its API: `get-parameters-for-import` out, both parameters of `import-key-material` in. */
export const awsCloud: Cloud = {
  type: 'aws-kms',

  destination: ({ option, name }) => ({ type: 'aws-kms', keyId: arnOf(name), wrappingAlgorithm: option }),

  handOut({ spki }, { name }, ends) {
    const importToken = new Uint8Array(randomBytes(1824));
    const answer = {
      KeyId: arnOf(name),
      ImportToken: Buffer.from(importToken).toString('base64'),
      PublicKey: Buffer.from(spki).toString('base64'),
      // CLI 1 prints seconds with a fraction.
      ParametersValidTo: ends.getTime() / 1000,
    };
    return { files: { 'parameters.json': JSON.stringify(answer, null, 4) }, importToken, nonce: null };
  },

  open(delivered, kek, { option }, { importToken }, wrap) {
    if (importToken === null || !Buffer.from(delivered('ImportToken.bin')).equals(importToken)) {
      throw new Error('InvalidImportTokenException');
    }
    const algorithm = algorithms[option];
    if (algorithm === undefined) throw new Error(`AWS knows no ${option}`);
    if (wrap.method !== (algorithm.isHybrid ? 'rsa-aes' : 'oaep') || wrap.oaepHash !== algorithm.hash) {
      throw new Error(`the manifest says ${wrap.method} with ${wrap.oaepHash ?? 'no hash'} of ${option}`);
    }
    const material = delivered('EncryptedKeyMaterial.bin');
    return algorithm.isHybrid
      ? openHybrid(material, modulusBytes(kek), kek.pkcs8, algorithm.hash)
      : openRsaPart(material, kek.pkcs8, algorithm.hash);
  },
};

function arnOf(name: string): string {
  return `arn:aws:kms:${place.region}:${place.account}:key/${uuidOf(name)}`;
}

function modulusBytes({ spki }: CloudKek): number {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
}
