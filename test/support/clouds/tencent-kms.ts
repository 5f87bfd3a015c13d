import { randomBytes } from 'node:crypto';
import type { Cloud } from './cloud.ts';
import { openRequest } from './import-request.ts';

const keyIdOf = (name: string): string => `93866e69-${name}`;

/** Tencent Cloud KMS by its API of 2019-01-18, which answers inside `Response`. */
export const tencentCloud: Cloud = {
  type: 'tencent-kms',

  destination: ({ option, name }) => ({
    type: 'tencent-kms',
    region: 'ap-guangzhou',
    keyId: keyIdOf(name),
    wrappingAlgorithm: option,
  }),

  handOut({ spki }, { name }, ends) {
    const importToken = new Uint8Array(randomBytes(96));
    const answer = {
      Response: {
        ImportToken: Buffer.from(importToken).toString('base64'),
        KeyId: keyIdOf(name),
        ParametersValidTo: Math.floor(ends.getTime() / 1000),
        PublicKey: Buffer.from(spki).toString('base64'),
        RequestId: '6e2f4b7d-4b1f-4b4f-9b41-3f1c8f0b1c2d',
      },
    };
    return { files: { 'parameters.json': JSON.stringify(answer) }, importToken, nonce: null };
  },

  open: (delivered, kek, order, handout, wrap) =>
    openRequest(keyIdOf(order.name), 'ValidTo', delivered, kek, order, handout, wrap),
};
