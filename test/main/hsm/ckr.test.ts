import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ckrText, meaningOfCkr, refusalOfCkr } from '../../../main/hsm/ckr.ts';
import { rules } from '../../../app/rules/index.ts';

/** The OASIS header that pkcs11js brings, and the codes PKCS#11 3.1 adds to it. */
const header = readFileSync(
  join(import.meta.dirname, '../../../node_modules/pkcs11js/includes/pkcs11/pkcs11t.h'),
  'utf8',
);
const inHeader = [...header.matchAll(/^#define (CKR_\w+)\s+0x([0-9A-F]+)UL$/gm)]
  .map(([, name, code]): [string, number] => [name ?? '', Number.parseInt(code ?? '', 16)])
  .filter(([name]) => name !== 'CKR_OK');
const newIn3: [string, number][] = [
  ['CKR_AEAD_DECRYPT_FAILED', 0x42],
  ['CKR_TOKEN_RESOURCE_EXCEEDED', 0x201],
  ['CKR_OPERATION_CANCEL_FAILED', 0x202],
  ['CKR_KEY_EXHAUSTED', 0x203],
];

describe('PKCS#11 return values', () => {
  it('reads the whole header', () => {
    expect(inHeader.length).toBeGreaterThan(85);
  });

  it.each([...inHeader, ...newIn3])('knows %s', (name, code) => {
    expect(meaningOfCkr(code).name).toBe(name);
    expect(rules).toHaveProperty(meaningOfCkr(code).rule);
  });

  it.each([
    [0xa0, 'TOKEN-PIN-ACCEPTED'],
    [0xa4, 'TOKEN-PIN-NOT-LOCKED'],
    [0x100, 'TOKEN-LOGIN-ONCE'],
    [0x32, 'TOKEN-PRESENT'],
    [0xe0, 'TOKEN-PRESENT'],
    [0xb3, 'TOKEN-LOGGED-IN'],
    [0x70, 'TOKEN-MECHANISM-AVAILABLE'],
    [0x6a, 'TARGET-KEY-MAY-LEAVE'],
    [0x31, 'TOKEN-HAS-ROOM'],
    [0xe2, 'TOKEN-WRITABLE'],
    [0x5, 'TOKEN-ANSWERS'],
  ])('maps code %d to the rule %s', (code, rule) => {
    expect(meaningOfCkr(code).rule).toBe(rule);
  });

  it('keeps the raw code of what it does not know', () => {
    expect(ckrText(0x80000123)).toBe('CKR_VENDOR_DEFINED (0x80000123)');
    expect(ckrText(0x7777)).toBe('CKR_UNKNOWN (0x7777)');
    expect(refusalOfCkr(0xce534351, 'C_WrapKey')).toMatchObject({
      rule: 'TOKEN-ANSWERS',
      code: 'CKR_VENDOR_DEFINED (0xce534351)',
    });
  });

  it('writes a code as its header does, with its number', () => {
    expect(refusalOfCkr(0xa0, 'C_Login').code).toBe('CKR_PIN_INCORRECT (0xa0)');
  });
});
