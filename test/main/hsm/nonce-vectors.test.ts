import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jsonVectors } from '../../vectors/read-vectors.ts';

/** What IBM's pages print for one nonce, in base64; `expect` is IBM's own code where it would refuse. */
interface SealedNonce {
  readonly expect: string | null;
  readonly comment: string;
  readonly key: string;
  readonly nonce: string;
  readonly iv: string;
  readonly encryptedNonce: string;
}

const vectors = jsonVectors('ibm-nonce').map(({ name, vector }) => ({ ...(vector as SealedNonce), name }));
const right = vectors.filter((vector) => vector.expect === null);
const wrong = vectors.filter((vector) => vector.expect !== null);

describe('the nonces that IBM Key Protect publishes', () => {
  it('are three that hold and one that does not', () => expect([right.length, wrong.length]).toEqual([3, 1]));

  it.each(right)('$name: is AES-256-GCM of the decoded nonce, ciphertext and tag', (vector) =>
    expect(seal(vector)).toBe(vector.encryptedNonce),
  );

  it.each(wrong)('$name: does not hold under the key of its page', (vector) =>
    expect(seal(vector)).not.toBe(vector.encryptedNonce),
  );

  it.each(wrong)('$name: has no other fault than its key', (vector) => {
    const keys = [...new Set(right.map(({ key }) => key))];
    expect(keys.filter((key) => seal({ ...vector, key }) === vector.encryptedNonce)).toHaveLength(1);
  });
});

/** IBM Key Protect: AES-GCM without additional data, the tag of 16 bytes after the ciphertext. */
function seal({ key, nonce, iv }: Pick<SealedNonce, 'key' | 'nonce' | 'iv'>): string {
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64'), Buffer.from(iv, 'base64'));
  const ciphertext = Buffer.concat([cipher.update(nonce, 'base64'), cipher.final()]);
  return Buffer.concat([ciphertext, cipher.getAuthTag()]).toString('base64');
}
