import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parametersSha256, statementBytes, type Statement } from '../../../app/approval/statement.ts';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { bytesToUtf8 } from '../../../app/keys/bytes.ts';
import { ruleOf } from '../../support/rule-of.ts';

const statement: Statement = {
  ceremony: 'rehearsal-2026-11-26-7f3a9c',
  planSha256: 'ab'.repeat(32),
  purpose: 'approval',
  subject: 'wrap',
  parameters: 'cd'.repeat(32),
  person: 'p1',
  log: { size: 41, head: 'ef'.repeat(32) },
};

describe('the bytes of a statement', () => {
  it('are one line that somebody with another tool can write and hash', () => {
    expect(bytesToUtf8(statementBytes(statement))).toBe(
      `{"ceremony":"rehearsal-2026-11-26-7f3a9c","keyferryStatement":1,"log":{"head":"${'ef'.repeat(32)}","size":41},` +
        `"parameters":"${'cd'.repeat(32)}","person":"p1","planSha256":"${'ab'.repeat(32)}","purpose":"approval","subject":"wrap"}`,
    );
  });

  it('are other bytes as soon as anything in it is another, so that no signature is good for two statements', () => {
    const others: Statement[] = [
      { ...statement, ceremony: 'ceremony-2026-11-26-7f3a9c' },
      { ...statement, planSha256: 'ac'.repeat(32) },
      { ...statement, purpose: 'return' },
      { ...statement, purpose: 'roll-call' },
      { ...statement, subject: 'exception.1' },
      { ...statement, parameters: 'ce'.repeat(32) },
      { ...statement, person: 'p2' },
      { ...statement, log: { size: 42, head: statement.log.head } },
      { ...statement, log: { size: 41, head: 'e0'.repeat(32) } },
    ];
    const texts = [statement, ...others].map((one) => bytesToUtf8(statementBytes(one)));
    expect(new Set(texts).size).toBe(1 + others.length);
  });

  it('hold the members of a statement only, whatever else the object carries', () => {
    const more = { ...statement, passphrase: 'not for the record', log: { ...statement.log, entries: ['secret'] } };
    expect(statementBytes(more)).toEqual(statementBytes(statement));
  });

  it('are refused where JSON would lose something', () => {
    expect(ruleOf(() => statementBytes({ ...statement, subject: '\ud800' }))).toBe('JSON-CANONICAL');
    expect(ruleOf(() => statementBytes({ ...statement, log: { size: NaN, head: '' } }))).toBe('JSON-CANONICAL');
  });
});

describe('the hash of what the screen shows', () => {
  it('is SHA-256 of what another RFC 8785 library writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const other = canonicalize(value) ?? '';
        expect(parametersSha256(value as JsonValue)).toBe(createHash('sha256').update(other).digest('hex'));
      }),
    );
  });

  it('does not depend on the order of members, but on the order of rows', () => {
    expect(parametersSha256({ key: 'payroll-root', to: 'vault' })).toBe(
      parametersSha256({ to: 'vault', key: 'payroll-root' }),
    );
    expect(parametersSha256(['payroll-root', 'payroll-signing'])).not.toBe(
      parametersSha256(['payroll-signing', 'payroll-root']),
    );
  });
});
