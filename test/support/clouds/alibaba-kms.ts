import { randomBytes } from 'node:crypto';
import type { Cloud } from './cloud.ts';
import { openRequest } from './import-request.ts';

const keyIdOf = (name: string): string => `key-hzz${name}`;

/** Alibaba Cloud KMS by its API of 2016-01-20. */
export const alibabaCloud: Cloud = {
  type: 'alibaba-kms',

  destination: ({ option, name }) => ({
    type: 'alibaba-kms',
    region: 'cn-hangzhou',
    keyId: keyIdOf(name),
    wrappingAlgorithm: option,
  }),

  handOut({ spki }, { name }, ends) {
    const importToken = new Uint8Array(randomBytes(736));
    const answer = {
      ImportToken: Buffer.from(importToken).toString('base64'),
      PublicKey: Buffer.from(spki).toString('base64'),
      KeyId: keyIdOf(name),
      TokenExpireTime: `${ends.toISOString().slice(0, 19)}Z`,
      RequestId: '8362a202-ca43-4b4c-9de4-a1f0a1b1c1d1',
    };
    return { files: { 'parameters.json': JSON.stringify(answer) }, importToken, nonce: null };
  },

  open: (delivered, kek, order, handout, wrap) =>
    openRequest(keyIdOf(order.name), 'KeyMaterialExpireUnix', delivered, kek, order, handout, wrap),
};
