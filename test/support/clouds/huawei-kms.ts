import { randomBytes } from 'node:crypto';
import { openKwpPart, openRsaPart } from '../open-wrapped.ts';
import { uuidOf } from './aws-kms.ts';
import type { Cloud, Delivered } from './cloud.ts';

/** What each wrapping algorithm means: the hash of OAEP and its MGF1, null for PKCS#1 v1.5. */
const hashes: Readonly<Record<string, string | null>> = {
  RSAES_OAEP_SHA_256: 'sha256',
  RSAES_OAEP_SHA_1: 'sha1',
  RSAES_PKCS1_V1_5: null,
};

/** Open Telekom Cloud: the answer of get-parameters-for-import out, the body of import-key-material in. */
export const huaweiKmsCloud: Cloud = {
  type: 'huawei-kms',

  destination: ({ option, name }) => ({
    type: 'huawei-kms',
    endpoint: 'https://kms.eu-de.otc.t-systems.com',
    projectId: '3ba44455500dd431273ba44455500dd4',
    keyId: uuidOf(name),
    wrappingAlgorithm: option,
  }),

  handOut({ spki }, { name }, ends) {
    // The published token begins so.
    const head = Buffer.from(`\0\0\x88\x06${uuidOf(name)}\0\0`, 'latin1');
    const importToken = new Uint8Array(Buffer.concat([head, randomBytes(2200)]));
    const answer = {
      key_id: uuidOf(name),
      import_token: Buffer.from(importToken).toString('base64'),
      expiration_time: Math.floor(ends.getTime() / 1000),
      public_key: Buffer.from(spki).toString('base64'),
    };
    return { files: { 'parameters.json': JSON.stringify(answer) }, importToken, nonce: null };
  },

  open(delivered, kek, { spec, option, name }, { importToken }, wrap) {
    const hash = hashes[option];
    const isPair = /^(?:rsa|ec)-/.test(spec);
    const method = isPair ? 'rsa-aes' : hash === null ? 'pkcs1-v1_5' : 'oaep';
    if (hash === undefined || wrap.method !== method || wrap.oaepHash !== hash) {
      throw new Error(`the manifest says ${wrap.method} with ${wrap.oaepHash ?? 'no hash'} of ${option}`);
    }
    const { token, material, privateKey } = readRequest(delivered, uuidOf(name), isPair);
    if (importToken === null || !token.equals(importToken)) throw new Error('KMS.2605');
    const opened = openRsaPart(material, kek.pkcs8, hash);
    if (privateKey === null) return opened;
    if (opened.length !== 32) throw new Error('KMS.2610');
    return openKwpPart(privateKey, opened);
  },
};

/** The body of the call, and the same values as the console takes them. */
function readRequest(delivered: Delivered, keyId: string, isPair: boolean) {
  const body = JSON.parse(Buffer.from(delivered('import-request.json')).toString('utf8')) as Record<string, unknown>;
  const wanted = ['key_id', 'import_token', 'encrypted_key_material', ...(isPair ? ['encrypted_privatekey'] : [])];
  if (JSON.stringify(Object.keys(body)) !== JSON.stringify(wanted)) throw new Error('KMS.0308');
  if (body['key_id'] !== keyId) throw new Error('KMS.2603');
  const value = (member: string, file: string): Buffer => {
    const bytes = Buffer.from(delivered(file));
    if (body[member] !== bytes.toString('base64')) throw new Error(`${member} is not ${file}`);
    return bytes;
  };
  return {
    token: value('import_token', 'ImportToken.bin'),
    material: value('encrypted_key_material', 'EncryptedKeyMaterial.bin'),
    privateKey: isPair ? value('encrypted_privatekey', 'EncryptedPrivateKey.bin') : null,
  };
}
