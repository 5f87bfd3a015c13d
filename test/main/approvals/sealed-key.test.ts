import { createDecipheriv, scryptSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { passphraseBytes } from '../../../app/approval/passphrase.ts';
import { isApprovalKey, isSignedBy } from '../../../app/approval/signature.ts';
import { statementBytes } from '../../../app/approval/statement.ts';
import { canonicalJson } from '../../../app/audit/canonical-json.ts';
import { hexToBytes, utf8ToBytes } from '../../../app/keys/bytes.ts';
import { sealNewKey, signFirst, type KeyContext } from '../../../main/approvals/sealed-key.ts';
import { sealing, type SealedKey } from '../../../main/approvals/sealed-file.ts';
import { openssl } from '../../support/openssl.ts';
import { ruleOfAsync } from '../../support/rule-of.ts';
import { signOne } from '../../support/sign-one.ts';

const ada: KeyContext = { ceremony: 'rehearsal-2026-11-26-7f3a9c', person: 'p1' };
const words = 'correct horse battery staple';
// Sealed as if generated, which is quick: nothing that is shown here depends on the cost but the test of the cost.
const passphrase = (): Uint8Array => passphraseBytes(words);
const message = statementBytes({
  ...ada,
  planSha256: 'ab'.repeat(32),
  purpose: 'approval',
  subject: 'wrap',
  parameters: 'cd'.repeat(32),
  log: { size: 41, head: 'ef'.repeat(32) },
});

let folder: string;
let sealed: SealedKey;
let publicKey: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
  ({ sealed, publicKey } = await sealNewKey(passphrase(), ada, 'generated'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What OpenSSL says of a signature; it throws when it says no. */
function opensslVerifies(key: string, signature: string, bytes: Uint8Array): string {
  const [keyFile, signatureFile] = [join(folder, 'public.der'), join(folder, 'signature.der')];
  writeFileSync(keyFile, hexToBytes(key));
  writeFileSync(signatureFile, hexToBytes(signature));
  const args = ['dgst', '-sha256', '-verify', keyFile, '-keyform', 'DER', '-signature', signatureFile];
  return Buffer.from(openssl(args, bytes)).toString().trim();
}

/** The same sealed key with some digit of a member another. */
function changed(member: 'iv' | 'sealed', at: number): SealedKey {
  const text = sealed[member];
  return { ...sealed, [member]: `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}` };
}

describe('a sealed key', () => {
  it('signs what OpenSSL and the verifier in app both find valid', async () => {
    expect(isApprovalKey(publicKey)).toBe(true);
    expect(sealed.publicKey).toBe(publicKey);
    const signature = await signOne(sealed, passphrase(), ada, message);
    expect(isSignedBy(publicKey, message, signature)).toBe(true);
    expect(opensslVerifies(publicKey, signature, message)).toBe('Verified OK');
    expect(() => opensslVerifies(publicKey, signature, utf8ToBytes('something else'))).toThrow();
  });

  it('opens and signs for any passphrase, person and message (sealing is undone by the same passphrase)', async () => {
    const context = fc.record({ ceremony: fc.string(), person: fc.string() }).filter((one) => {
      return one.ceremony.isWellFormed() && one.person.isWellFormed();
    });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), context, fc.uint8Array(), async (secret, whose, bytes) => {
        const made = await sealNewKey(secret, whose, 'generated');
        return isSignedBy(made.publicKey, bytes, await signOne(made.sealed, secret, whose, bytes));
      }),
      { numRuns: 15 },
    );
  });

  it('is a new key with a new salt each time, even for the same passphrase', async () => {
    const other = await sealNewKey(passphrase(), ada, 'generated');
    expect(other.publicKey).not.toBe(publicKey);
    expect(other.sealed.kdf.salt).not.toBe(sealed.kdf.salt);
    expect(other.sealed.iv).not.toBe(sealed.iv);
  });

  it('costs each guess 128 MiB, unless somebody says that there is nothing to guess', async () => {
    const typed = await sealNewKey(passphrase(), ada);
    expect(typed.sealed.kdf).toMatchObject({ name: 'scrypt', N: 131072, r: 8, p: 1 });
    expect(isSignedBy(typed.publicKey, message, await signOne(typed.sealed, passphrase(), ada, message))).toBe(true);
  });

  it('holds neither the passphrase nor the private key in the clear', () => {
    const file = canonicalJson(sealed);
    expect(file).not.toContain(words);
    expect(file).not.toContain(Buffer.from(words).toString('hex'));
    // The algorithm that stands in every PKCS#8 of a P-256 key.
    expect(sealed.sealed).not.toContain('06072a8648ce3d020106082a8648ce3d030107');
  });

  it('can be opened by hand, from what the file and the design say', () => {
    const { N, r, p, salt } = sealed.kdf;
    const key = scryptSync(passphrase(), Buffer.from(salt, 'hex'), 32, { N, r, p, maxmem: 2 ** 28 });
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(sealed.iv, 'hex'));
    const { ceremony, person } = ada;
    const bound = canonicalize({ keyferryApprovalKey: 1, ceremony, person, publicKey, kdf: sealed.kdf });
    decipher.setAAD(Buffer.from(bound ?? ''));
    decipher.setAuthTag(Buffer.from(sealed.sealed.slice(-32), 'hex'));
    const pkcs8 = Buffer.concat([decipher.update(sealed.sealed.slice(0, -32), 'hex'), decipher.final()]);
    const spki = openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], pkcs8);
    expect(Buffer.from(spki).toString('hex')).toBe(publicKey);
  });

  it('leaves the passphrase to whoever has to overwrite it', async () => {
    const secret = passphrase();
    await signOne(sealed, secret, ada, message);
    expect(secret).toEqual(passphrase());
  });

  it('does not hold up the window while a passphrase is tried', async () => {
    const order: string[] = [];
    const signing = signOne(sealed, passphrase(), ada, message).then(() => order.push('signed'));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    order.push('the window was served');
    await signing;
    expect(order).toEqual(['the window was served', 'signed']);
  });
});

describe('a sealed key does not open', () => {
  const ruleFor = (key: SealedKey, secret: Uint8Array, context: KeyContext): Promise<unknown> =>
    ruleOfAsync(() => signOne(key, secret, context, message));

  it('with a passphrase that differs in one letter, in case or by a space at its end', async () => {
    for (const wrong of ['correct horse battery stapel', 'Correct horse battery staple', `${words} `, ''])
      expect(await ruleFor(sealed, passphraseBytes(wrong), ada)).toBe('APPROVAL-PASSPHRASE-ACCEPTED');
  });

  it('for another person or ceremony: an exchanged file is of no use, even with the same passphrase', async () => {
    const grace = { ...ada, person: 'p2' };
    const hers = await sealNewKey(passphrase(), grace, 'generated');
    expect(await ruleFor(hers.sealed, passphrase(), ada)).toBe('APPROVAL-PASSPHRASE-ACCEPTED');
    expect(await ruleFor(sealed, passphrase(), grace)).toBe('APPROVAL-PASSPHRASE-ACCEPTED');
    const next = { ...ada, ceremony: 'ceremony-2026-11-27-000000' };
    expect(await ruleFor(sealed, passphrase(), next)).toBe('APPROVAL-PASSPHRASE-ACCEPTED');
  });

  it('with anything in it exchanged: public key, salt, cost, IV, ciphertext or tag', async () => {
    const other = await sealNewKey(passphrase(), ada, 'generated');
    const tampered: SealedKey[] = [
      { ...sealed, publicKey: other.publicKey },
      { ...sealed, kdf: { ...sealed.kdf, salt: other.sealed.kdf.salt } },
      { ...sealed, kdf: { ...sealed.kdf, N: sealing.N.typed } },
      changed('iv', 0),
      changed('sealed', 0),
      changed('sealed', sealed.sealed.length - 1),
      { ...sealed, sealed: other.sealed.sealed },
      { ...sealed, sealed: sealed.sealed.slice(0, -2) },
    ];
    for (const key of tampered) expect(await ruleFor(key, passphrase(), ada)).toBe('APPROVAL-PASSPHRASE-ACCEPTED');
  });
});

describe('the first signature, at roll call', () => {
  it('is made with the passphrase entered a second time', async () => {
    const signature = await signFirst(sealed, passphrase(), ada, message);
    expect(isSignedBy(publicKey, message, signature)).toBe(true);
  });

  it('is not made when the second entry is not the first', async () => {
    const slip = passphraseBytes('correct horse battery stable');
    expect(await ruleOfAsync(() => signFirst(sealed, slip, ada, message))).toBe('APPROVAL-PASSPHRASE-AGAIN');
  });
});
