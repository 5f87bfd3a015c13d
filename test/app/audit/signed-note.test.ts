import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { checkpointText, parseCheckpoint } from '../../../app/audit/checkpoint.ts';
import { noteKeyId, noteOf, parseNote, signersOf, type SignedNote } from '../../../app/audit/signed-note.ts';
import { checkTlogProof, parseTlogProof, tlogProofText } from '../../../app/audit/tlog-proof.ts';
import { inclusionProof, leafHash, treeRoot } from '../../../app/audit/tree.ts';
import { bytesToHex, utf8ToBytes } from '../../../app/keys/bytes.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { scratchFolder } from '../../support/token.ts';

/** The example of the specification: its key is an Ed25519 one, so that it is read here and not verified. */
const published = `Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
`;
const publishedCheckpoint = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';

const origin = 'keyferry/rehearsal-2026-11-23-7f3a9c';
const root = bytesToHex(treeRoot([leafHash(utf8ToBytes('a'))]));
const text = checkpointText({ origin, size: 1, root });
const [log, witness] = [makePair('ec-p256'), makePair('ec-p256')];
const keyOf = (name: string, { spki }: { readonly spki: Uint8Array }) => ({ name, publicKey: bytesToHex(spki) });
const [logKey, witnessKey] = [keyOf(origin, log), keyOf('witness', witness)];

const scratch = scratchFolder();
afterAll(() => scratch.remove());

/** A signature line as OpenSSL alone makes it. */
function signed(pair: { readonly pkcs8: Uint8Array; readonly spki: Uint8Array }, name: string, over = text) {
  const keyId = createHash('sha256').update(pair.spki).digest('hex').slice(0, 8);
  const key = join(scratch.folder, 'key.der');
  writeFileSync(key, pair.pkcs8);
  const signature = openssl(['dgst', '-sha256', '-keyform', 'DER', '-sign', key], utf8ToBytes(over));
  return { name, keyId, signature: bytesToHex(signature) };
}

const both: SignedNote = { text, signatures: [signed(log, origin), signed(witness, 'witness')] };

describe('a signed note', () => {
  it('is read and written as published', () => {
    const note = parseNote(published);
    expect(note?.text.split('\n')).toHaveLength(5);
    expect(note?.signatures).toMatchObject([{ name: 'quasimodo.example/salvatore', keyId: '367ba04b' }]);
    expect(note === null ? null : noteOf(note)).toBe(published);
  });

  it('names its keys by the beginning of the hash of their SubjectPublicKeyInfo', () => {
    const hash = Buffer.from(openssl(['dgst', '-sha256', '-binary'], log.spki)).toString('hex');
    expect(noteKeyId(logKey.publicKey)).toBe(hash.slice(0, 8));
  });

  it('is signed by whoever OpenSSL signed it with, and by nobody else', () => {
    const read = parseNote(noteOf(both)) ?? expect.unreachable();
    expect(signersOf(read, [logKey, witnessKey])).toEqual({ by: [origin, 'witness'], forged: [] });
    expect(signersOf(read, [logKey])).toEqual({ by: [origin], forged: [] });
    expect(signersOf(read, [keyOf('another', log), keyOf(origin, witness)])).toEqual({ by: [], forged: [] });
  });

  it('tells a known key under a text that it did not sign', () => {
    const other = { ...both, text: checkpointText({ origin, size: 2, root }) };
    expect(signersOf(other, [logKey, witnessKey])).toEqual({ by: [], forged: [origin, 'witness'] });
    const mixed = { ...both, signatures: [signed(log, origin), signed(witness, 'witness', 'another\n')] };
    expect(signersOf(mixed, [logKey, witnessKey])).toEqual({ by: [origin], forged: ['witness'] });
  });

  it.each([
    ['without a signature', `${text}\n`],
    ['without an empty line', noteOf(both).replace('\n\n', '\n')],
    ['without its last newline', noteOf(both).slice(0, -1)],
    ['with a carriage return', noteOf(both).replaceAll('\n', '\r\n')],
    ['with a hyphen for the dash', noteOf(both).replaceAll('\u2014', '-')],
    ['with a signature in other base64', noteOf(both).replace(/\n$/u, '=\n')],
    ['with two spaces before a signature', noteOf(both).replace('\u2014 witness ', '\u2014 witness  ')],
    ['with a key id alone', `${text}\n\u2014 ${origin} AAAAAA==\n`],
    ['with more signatures than anybody needs', `${text}\n${`\u2014 ${origin} AAAAAAAA\n`.repeat(129)}`],
  ])('is none %s', (_, note) => {
    expect(parseNote(note)).toBeNull();
  });

  it('cannot be written with a name or a text that it would not be read with', () => {
    for (const name of ['', 'two words', 'a+b', 'a\u00a0b', 'a\n']) {
      expect(() => noteOf({ text, signatures: [{ ...signed(log, origin), name }] })).toThrow(RangeError);
    }
    for (const wrong of ['', 'no newline', 'tab\t\n'])
      expect(() => noteOf({ ...both, text: wrong })).toThrow(RangeError);
  });

  it('is one text for each note, whatever is read', () => {
    const line = fc.stringMatching(/^[ -~\u2014é]{0,20}$/u);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const note = parseNote(`${lines.join('\n')}\n\n\u2014 a AAAAAAAA\n`);
        if (note !== null) expect(noteOf(note)).toBe(`${lines.join('\n')}\n\n\u2014 a AAAAAAAA\n`);
      }),
    );
  });
});

describe('a checkpoint', () => {
  it('is read and written as published', () => {
    const checkpoint = parseCheckpoint(publishedCheckpoint);
    expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 });
    expect(checkpoint === null ? null : checkpointText(checkpoint)).toBe(publishedCheckpoint);
  });

  it.each([
    ['an extension line', `${text}more\n`],
    ['a size with a zero in front', text.replace('\n1\n', '\n01\n')],
    ['a size beyond counting', text.replace('\n1\n', '\n9999999999999999\n')],
    ['a negative size', text.replace('\n1\n', '\n-1\n')],
    ['no origin', text.replace(origin, '')],
    ['a space in its origin', text.replace('keyferry', 'key ferry')],
    ['a root that is no hash', text.replace(/.{8}=\n$/u, '=\n')],
    ['no last newline', text.slice(0, -1)],
  ])('is none with %s', (_, wrong) => {
    expect(parseCheckpoint(wrong)).toBeNull();
  });
});

describe('a proof that an entry is in the log', () => {
  const entries = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(utf8ToBytes);
  const leaves = entries.map(leafHash);
  const whole = checkpointText({ origin, size: leaves.length, root: bytesToHex(treeRoot(leaves)) });
  const checkpoint = noteOf({ text: whole, signatures: [signed(log, origin, whole)] });
  const proofOf = (index: number) => ({ index, hashes: inclusionProof(index, leaves).map(bytesToHex), checkpoint });

  it('is read back, and holds for its entry alone', () => {
    for (const [index, leaf] of leaves.entries()) {
      const proof = parseTlogProof(tlogProofText(proofOf(index))) ?? expect.unreachable();
      expect(proof).toEqual(proofOf(index));
      const found = checkTlogProof(proof, leaf) ?? expect.unreachable();
      expect(signersOf(found.note, [logKey]).by).toEqual([origin]);
      expect(found.checkpoint.size).toBe(leaves.length);
      for (const other of leaves.filter((each) => each !== leaf)) expect(checkTlogProof(proof, other)).toBeNull();
    }
  });

  it.each([
    ['another first line', (proof: string) => proof.replace('@v1', '@v2')],
    ['extra data', (proof: string) => proof.replace('\nindex', '\nextra AAAA\nindex')],
    ['an index with a zero in front', (proof: string) => proof.replace('index ', 'index 0')],
    ['a hash that is none', (proof: string) => proof.replace(/\n[A-Za-z0-9+/]{43}=/u, '\nAAAA')],
    ['no checkpoint', (proof: string) => proof.slice(0, proof.indexOf('\n\n'))],
  ])('is none with %s', (_, change) => {
    expect(parseTlogProof(change(tlogProofText(proofOf(3))))).toBeNull();
  });

  it('does not hold with another index, without a hash, or with a checkpoint that is none', () => {
    const [, , , leaf = expect.unreachable()] = leaves;
    const proof = proofOf(3);
    expect(checkTlogProof({ ...proof, index: 2 }, leaf)).toBeNull();
    expect(checkTlogProof({ ...proof, hashes: proof.hashes.slice(1) }, leaf)).toBeNull();
    expect(checkTlogProof({ ...proof, checkpoint: whole }, leaf)).toBeNull();
  });
});
