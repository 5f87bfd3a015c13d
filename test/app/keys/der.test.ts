import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../../app/keys/bytes.ts';
import { der, readDer, readDerPrefix, tags } from '../../../app/keys/der.ts';
import { refuser } from '../../../app/keys/refuser.ts';
import { ruleOf } from '../../support/rule-of.ts';

const refuse = refuser('INBOUND-DER-CANONICAL', 'x');
const rule = (hex: string): string | null => ruleOf(() => readDer(hexToBytes(hex), refuse));

describe('DER (X.690 sections 8.1 and 10.1)', () => {
  it.each([
    ['a tag of two bytes', '1f0100'],
    ['an indefinite length', '3080' + '0000'],
    ['an indefinite length of nothing', '3080'],
    ['a length of five bytes', '04850000000001' + 'aa'],
    ['a long form where the short one fits', '04817f' + 'aa'.repeat(127)],
    ['a long form with a leading zero', '04820080' + 'aa'.repeat(128)],
    ['a value longer than the input', '0402aa'],
    ['a byte after it', '0401aabb'],
    ['nothing', ''],
  ])('refuses %s', (_, hex) => expect(rule(hex)).toBe('INBOUND-DER-CANONICAL'));

  it.each([0, 127, 128, 255, 256, 65_535, 65_536])('reads what it writes of %i bytes', (length) => {
    const content = new Uint8Array(length).fill(0xaa);
    expect(readDer(der(tags.octetString, content), refuse)).toEqual({ tag: 4, content });
  });

  it('writes the lengths of the standard (8.1.3.5: 201 is 81 C9)', () =>
    expect(bytesToHex(der(tags.octetString, new Uint8Array(201))).slice(0, 6)).toBe('0481c9'));

  it('reads the first value whatever follows, when asked to', () => {
    expect(readDerPrefix(hexToBytes('0401aabb'), refuse)).toEqual({ tag: 4, content: Uint8Array.of(0xaa) });
  });
});
