import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { breakable } from '../../renderer/words/breakable.ts';

const joined = (text: string): string =>
  breakable(text)
    .flatMap(({ pieces }) => pieces)
    .join('');
const settings = (text: string): string[] => breakable(text).map(({ setting }) => setting);
/** The pieces of a text that is one address. */
const piecesOf = (text: string): readonly string[] => {
  expect(settings(text)).toEqual(['code']);
  return breakable(text)[0]?.pieces ?? [];
};

const kid = 'https://contoso-prod.vault.azure.net/keys/payroll-root/0c1f5d3a9b8e4d61a2f07e6b5c4d3e2f';
const compartment = `ocid1.compartment.oc1..${'aaaaaaaaxyz3k5m7n9p2'.repeat(3)}`;

describe('where a cell may break', () => {
  it('loses nothing of any text', () => {
    const unit = fc.constantFrom(
      'a',
      'Z',
      '7',
      ' ',
      ',',
      ';',
      '.',
      '-',
      '_',
      '/',
      ':',
      '\n',
      '0a'.repeat(14),
      '3432 FC40',
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 40 }), (units) => {
        expect(joined(units.join(''))).toBe(units.join(''));
      }),
    );
  });

  it('is between pairs of groups of hex, and nowhere in a short id', () => {
    expect(piecesOf('3432 FC40 33AD 3F4B')).toEqual(['3432 FC40 ', '33AD 3F4B']);
    expect(breakable('payroll-signing')).toEqual([{ pieces: ['payroll-signing'], setting: 'id' }]);
    expect(breakable('EC P-256')).toEqual([{ pieces: ['EC P-256'], setting: 'id' }]);
  });

  it('is nowhere in a moment', () => {
    const moment = { pieces: ['2027-05-01 00:00 UTC'], setting: 'id' };
    expect(breakable('2027-05-01 00:00 UTC')).toEqual([moment]);
    expect(breakable('by OAEP; it ends 2027-05-01 00:00 UTC, or before')[1]).toEqual(moment);
  });

  it('is after a slash and before a dot of an address, never within its scheme', () => {
    expect(piecesOf('https://vault.azure.net/keys/a')).toEqual(['https://vault', '.azure', '.net/', 'keys/', 'a']);
    expect(piecesOf(kid).slice(-3)).toEqual(['payroll-root/', '0c1f5d3a9b8e4d61', 'a2f07e6b5c4d3e2f']);
  });

  it('is after the colons of an ARN and the hyphens of a UUID', () => {
    const arn = 'arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    expect(piecesOf(arn)).toEqual([
      ...['arn:', 'aws:', 'kms:', 'eu-central-1:', '123456789012:', 'key/'],
      ...['1234abcd-', '12ab-', '34cd-', '56ef-', '1234567890ab'],
    ]);
  });

  it('comes before a line of the narrowest column is full', () => {
    for (const text of [kid, compartment, 'f'.repeat(64), `${'key-'.repeat(10)}${'0'.repeat(30)}`]) {
      expect(Math.max(...piecesOf(text).map(({ length }) => length))).toBeLessThanOrEqual(20);
    }
  });

  it('sets an address apart from the words around it', () => {
    const [address, words, id] = breakable(`https://management.kms.oraclecloud.com, compartment ${compartment}`);
    expect([address?.setting, words?.setting, id?.setting]).toEqual(['code', 'words', 'code']);
    expect(words?.pieces).toEqual([', compartment ']);
    expect(settings('AWS KMS eu-central-1, account 123456789012, partition aws')).toEqual(['words']);
    expect(settings('Electron 43.2.0, Node 24.21.0')).toEqual(['words']);
    expect(settings('OpenBao at vault.contoso.example, mount transit')).toEqual(['words', 'code', 'words']);
    expect(settings('customer-data-europe-west-production-key')).toEqual(['words']);
  });
});
