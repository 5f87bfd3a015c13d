import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { passphraseBytes } from '../../../app/approval/passphrase.ts';
import { isSignedBy } from '../../../app/approval/signature.ts';
import { utf8ToBytes } from '../../../app/keys/bytes.ts';
import { openKeyFolder, type KeyFolder } from '../../../main/approvals/key-folder.ts';
import { sealedFileBytes, sealing, type SealedKey } from '../../../main/approvals/sealed-file.ts';
import { sealNewKey } from '../../../main/approvals/sealed-key.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { signOne } from '../../support/sign-one.ts';

const ada = { ceremony: 'rehearsal-2026-11-26-7f3a9c', person: 'p1' };
const words = 'correct horse battery staple';
const message = utf8ToBytes('a statement');
let sealed: SealedKey;
let other: SealedKey;
let parent: string;
let folder: string;
let keys: KeyFolder;

beforeAll(async () => {
  sealed = (await sealNewKey(passphraseBytes(words), ada, 'generated')).sealed;
  other = (await sealNewKey(passphraseBytes(words), ada, 'generated')).sealed;
});
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
  folder = join(parent, 'ceremony', 'approvals');
  keys = openKeyFolder(folder);
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

/** Writes a file in the place of Ada's, as somebody with the disk in hand could. */
function plant(content: string | Uint8Array): void {
  keys.keep('p1', sealed);
  writeFileSync(join(folder, 'p1.json'), content);
}

describe('the folder of the approval keys', () => {
  it('gives back what it kept, also to the next run of the application, and the key still signs', async () => {
    keys.keep('p1', sealed);
    const later = openKeyFolder(folder);
    expect(later.sealed('p1')).toEqual(sealed);
    const signature = await signOne(later.sealed('p1'), passphraseBytes(words), ada, message);
    expect(isSignedBy(sealed.publicKey, message, signature)).toBe(true);
  });

  it('knows who has a key, and that nobody has one before the roll call', () => {
    expect(keys.has('p1')).toBe(false);
    expect(existsSync(folder)).toBe(false);
    expect(ruleOf(() => keys.sealed('p1'))).toBe('APPROVAL-KEY-FILE-INTACT');
    keys.keep('p1', sealed);
    expect([keys.has('p1'), keys.has('p2')]).toEqual([true, false]);
    expect(readdirSync(folder)).toEqual(['p1.json']);
  });

  it('is for the user of this workstation alone', () => {
    keys.keep('p1', sealed);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(folder, 'p1.json')).mode & 0o777).toBe(0o600);
  });

  it('replaces no key: the log names the public key of the first', () => {
    keys.keep('p1', sealed);
    expect(ruleOf(() => keys.keep('p1', other))).toBe('APPROVAL-KEY-FILE-INTACT');
    expect(keys.sealed('p1')).toEqual(sealed);
  });

  it('is emptied before another roll call, and emptying an empty one does nothing', () => {
    keys.clear();
    keys.keep('p1', sealed);
    keys.clear();
    expect(existsSync(folder)).toBe(false);
    keys.keep('p1', other);
    expect(keys.sealed('p1')).toEqual(other);
  });

  it('gives up one key that was never used, and no other', () => {
    keys.remove('p1');
    keys.keep('p1', sealed);
    keys.keep('p2', other);
    keys.remove('p1');
    expect([keys.has('p1'), keys.has('p2')]).toEqual([false, true]);
  });

  it('leads nowhere else, whatever an id looks like', () => {
    for (const person of ['../p1', '..', '.', '', 'a/b', '/etc/p1', 'P1', 'p 1', 'p1\0', '-'.repeat(121)])
      expect(() => keys.keep(person, sealed), person).toThrow();
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  });
});

describe('a file that is not what was kept', () => {
  const withMember = (member: object): string => JSON.stringify({ ...sealed, ...member });
  const withKdf = (member: object): string => withMember({ kdf: { ...sealed.kdf, ...member } });

  it.each<[string, () => string | Uint8Array]>([
    ['is empty', () => ''],
    ['is no JSON', () => 'p1'],
    ['is no UTF-8', () => Uint8Array.of(0xff, 0xfe)],
    ['is a list', () => '[]'],
    ['has a member too many', () => withMember({ passphrase: 'no' })],
    ['has a member twice', () => `{"iv":"00",${withMember({}).slice(1)}`],
    ['has another version', () => withMember({ keyferryApprovalKey: 2 })],
    ['lacks the seal', () => withMember({ sealed: undefined })],
    ['has a seal shorter than its tag', () => withMember({ sealed: 'ab'.repeat(15) })],
    ['has a seal that is no hex', () => withMember({ sealed: 'zz'.repeat(154) })],
    ['has a public key of another form', () => withMember({ publicKey: sealed.publicKey.slice(0, -2) })],
    ['has a public key off the curve', () => withMember({ publicKey: `${sealed.publicKey.slice(0, -64)}${'00'.repeat(32)}` })],
    ['has a short salt', () => withKdf({ salt: 'ab' })],
    ['names another derivation', () => withKdf({ name: 'pbkdf2' })],
    // Refused before anything is computed: this would take more memory than there is.
    ['asks for 2 to the power of 40 blocks', () => withKdf({ N: 2 ** 40 })],
    ['asks for twice the most', () => withKdf({ N: 2 * sealing.N.most })],
    ['asks for next to no work', () => withKdf({ N: 2 })],
    ['asks for an N that is no power of two', () => withKdf({ N: 131073 })],
    ['asks for another block size', () => withKdf({ r: 1 })],
    ['asks for another parallelisation', () => withKdf({ p: 64 })],
    ['is written in another form', () => JSON.stringify(JSON.parse(withMember({})), null, 2)],
    ['is larger than any key', () => withMember({}) + ' '.repeat(5000)],
  ])('is refused: it %s', (_, content) => {
    plant(content());
    expect(ruleOf(() => keys.sealed('p1'))).toBe('APPROVAL-KEY-FILE-INTACT');
  }); // prettier-ignore

  it('is refused when the disk kept half of it', () => {
    keys.keep('p1', sealed);
    truncateSync(join(folder, 'p1.json'), Math.floor(sealedFileBytes(sealed).length / 2));
    expect(ruleOf(() => keys.sealed('p1'))).toBe('APPROVAL-KEY-FILE-INTACT');
  });

  it('is refused when it is gone, or is no file', () => {
    keys.keep('p1', sealed);
    rmSync(join(folder, 'p1.json'));
    expect(refusalOf(() => keys.sealed('p1'))).toMatchObject({ rule: 'APPROVAL-KEY-FILE-INTACT', code: 'ENOENT' });
    mkdirSync(join(folder, 'p1.json'));
    expect(ruleOf(() => keys.sealed('p1'))).toBe('APPROVAL-KEY-FILE-INTACT');
  });

  it('is told by the file, without a word of what stands in it', () => {
    plant(withMember({ sealed: 'super secret' }));
    const refused = JSON.stringify(refusalOf(() => keys.sealed('p1')));
    expect(refused).toContain('p1.json');
    expect(refused).not.toContain('super secret');
  });

  it('of another person is whole, and does not open', async () => {
    const hers = await sealNewKey(passphraseBytes(words), { ...ada, person: 'p2' }, 'generated');
    keys.keep('p1', sealed);
    keys.keep('p2', hers.sealed);
    writeFileSync(join(folder, 'p1.json'), readFileSync(join(folder, 'p2.json')));
    const attempt = signOne(keys.sealed('p1'), passphraseBytes(words), ada, message);
    await expect(attempt).rejects.toMatchObject({ refusal: { rule: 'APPROVAL-PASSPHRASE-ACCEPTED' } });
  });
});
