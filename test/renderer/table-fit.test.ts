import { describe, expect, it } from 'vitest';
import { fitsInColumns } from '../../renderer/words/table-fit.ts';

const plan = ['Key', 'Kind', 'Comes from', 'Afterwards'];
const approval = ['Key', 'Kind', 'Goes to', 'Named there', 'For', 'KEK SHA-256 begins'];
const begins = '3432 FC40 33AD 3F4B';

describe('a table in the middle of the smallest window', () => {
  it('stands in columns while its cells are short', () => {
    const row = ['payroll-root', 'rsa-3072', 'made in the token', 'destroyed in the token'];
    expect(fitsInColumns(plan, [row])).toBe(true);
    expect(fitsInColumns(plan, [])).toBe(true);
  });

  it('stands in columns with long words that need not break in an ugly place', () => {
    const found = ['ledger', 'aes-256', `token, CKA_ID ${'5f2b8c1d'.repeat(4)}`, 'kept in the token'];
    expect(fitsInColumns(plan, [found])).toBe(true);
  });

  it('becomes records when one row has a cell that columns would squeeze', () => {
    const short = ['ledger', 'aes-256', 'kv.example.net', 'ledger', 'encrypt, decrypt', begins];
    const place = `https://management.kms.oraclecloud.com, compartment ocid1.compartment.oc1..${'a'.repeat(60)}`;
    const long = ['archive', 'aes-256', place, 'Master key', 'whatever its key shape allows', begins];
    expect(fitsInColumns(approval, [short])).toBe(true);
    expect(fitsInColumns(approval, [short, long, short])).toBe(false);
  });

  it('becomes records with many columns of cells that would each fit alone', () => {
    const cell = 'twelve-chars';
    const fits = (columns: number): boolean =>
      fitsInColumns(
        Array.from({ length: columns }, () => 'Name'),
        [Array.from({ length: columns }, () => cell)],
      );
    expect([fits(5), fits(6)]).toEqual([true, false]);
  });

  it('counts its headings too', () => {
    expect(fitsInColumns(['x'.repeat(80)], [['a']])).toBe(false);
  });
});
