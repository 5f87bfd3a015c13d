import { createDecipheriv, randomBytes } from 'node:crypto';
import { openRsaPart } from '../open-wrapped.ts';
import { openssl } from '../openssl.ts';
import type { Cloud } from './cloud.ts';

const keyMediaType = 'application/vnd.ibm.kms.key+json';

/** IBM Key Protect: the answer of GET /api/v2/import_token out, the body of POST /api/v2/keys in. */
export const ibmKeyProtectCloud: Cloud = {
  type: 'ibm-key-protect',

  destination: ({ name }) => ({
    type: 'ibm-key-protect',
    region: 'eu-de',
    instance: '12e8c9c2-a162-472d-b7d6-8b9a86b815a6',
    keyName: name,
  }),

  handOut({ spki }, _order, ends) {
    const nonce = new Uint8Array(randomBytes(12));
    const rfc3339 = (moment: number): string => `${new Date(moment).toISOString().slice(0, 19)}Z`;
    const answer = {
      creationDate: rfc3339(ends.getTime() - 86_400_000),
      expirationDate: rfc3339(ends.getTime()),
      maxAllowedRetrievals: 1,
      remainingRetrievals: 0,
      // The base64 of a text that is base64 itself.
      payload: Buffer.from(openssl(['pkey', '-pubin', '-inform', 'DER'], spki)).toString('base64'),
      nonce: Buffer.from(nonce).toString('base64'),
    };
    return { files: { 'import_token.json': JSON.stringify(answer) }, importToken: null, nonce };
  },

  open(delivered, kek, { name }, { nonce }, wrap) {
    if (wrap.method !== 'oaep' || wrap.oaepHash !== 'sha256') throw new Error(`the manifest says ${wrap.method}`);
    const { payload, encryptedNonce, iv } = readBody(delivered('create-key.json'), name);
    const key = openRsaPart(Buffer.from(payload, 'base64'), kek.pkcs8, 'sha256');
    const sealed = Buffer.from(encryptedNonce, 'base64');
    const open = createDecipheriv(`aes-${(key.length * 8) as 128 | 192 | 256}-gcm`, key, Buffer.from(iv, 'base64'));
    open.setAuthTag(sealed.subarray(-16));
    const opened = Buffer.concat([open.update(sealed.subarray(0, -16)), open.final()]);
    if (nonce === null || !opened.equals(nonce)) throw new Error('INCORRECT_NONCE_ERR');
    return key;
  },
};

interface Resource {
  readonly payload: string;
  readonly encryptedNonce: string;
  readonly iv: string;
}

/** The body as IBM's tutorial has it, member by member. */
function readBody(file: Uint8Array, name: string): Resource {
  const body = JSON.parse(Buffer.from(file).toString('utf8')) as { readonly resources: readonly Resource[] };
  const [resource] = body.resources;
  if (resource === undefined) throw new Error('COLLECTION_TOTAL_MISMATCH_ERR');
  const { payload, encryptedNonce, iv } = resource;
  const wanted = {
    metadata: { collectionType: keyMediaType, collectionTotal: 1 },
    resources: [
      {
        type: keyMediaType,
        name,
        extractable: false,
        payload,
        encryptionAlgorithm: 'RSAES_OAEP_SHA_256',
        encryptedNonce,
        iv,
      },
    ],
  };
  if (JSON.stringify(body) !== JSON.stringify(wanted)) throw new Error('BAD_BODY_ERR');
  if (Buffer.from(iv, 'base64').length !== 12) throw new Error('INCORRECT_NONCE_IV_ERR');
  return resource;
}
