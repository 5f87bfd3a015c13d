import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainPath, layout } from '../../../app/bundle/layout.ts';
import { manifestBytes, parseManifest, type Manifest } from '../../../app/bundle/manifest.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { utf8 } from './bundle-maker.ts';
import { sampleBundle } from './sample-bundle.ts';

const bytes = sampleBundle().files.get(layout.manifest) ?? new Uint8Array();
const text = new TextDecoder().decode(bytes);
const manifest = parseManifest(bytes);

describe('a manifest', () => {
  it('is JSON of two spaces a level, its files sorted by path, one line end at the end', () => {
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    const paths = manifest.files.map(({ path }) => path);
    expect(paths).toEqual(paths.toSorted());
    expect(paths).toContain('keys/signing/KeyTransferPackage-signing.byok');
  });

  it('has the members of the contract in their order', () => {
    expect(Object.keys(manifest)).toEqual(
      ['keyferryManifest', 'ceremony', 'title', 'planSha256', 'mode', 'createdAt', 'generator', 'keys', 'files'], // prettier-ignore
    );
    expect(Object.keys(manifest.keys[0] ?? {})).toEqual(
      ['id', 'spec', 'destination', 'kek', 'wrap', 'publicKey', 'keyCheckValues', 'deadline', 'files'], // prettier-ignore
    );
  });

  it('comes back the same, whatever the order of its files', () => {
    expect(manifestBytes({ ...manifest, files: manifest.files.toReversed() })).toEqual(bytes);
  });

  it.each<[string, Partial<Manifest>]>([
    ['title', { title: '' }],
    ['ceremony', { ceremony: 'short' }],
    ['mode', { mode: 'test' as never }],
    ['createdAt', { createdAt: '2026-11-23 14:07' }],
    ['planSha256', { planSha256: 'AB'.repeat(32) }],
    ['keys', { keys: [] }],
    ['keys twice', { keys: [...manifest.keys, ...manifest.keys] }],
    ['a file twice', { files: [...manifest.files, ...manifest.files] }],
    ['a path that leaves the bundle', { files: [{ path: '../x', sha256: 'a'.repeat(64), bytes: 1 }] }],
    ['a key file outside the bundle', { keys: manifest.keys.map((key) => ({ ...key, files: ['../x'] })) }],
    ['a size below zero', { files: [{ path: 'x', sha256: 'a'.repeat(64), bytes: -1 }] }],
    ['an unknown member', { note: 'x' } as never],
  ])('is not written with a wrong %s', (_, change) => {
    expect(ruleOf(() => manifestBytes({ ...manifest, ...change }))).toBe('BUNDLE-MANIFEST-SCHEMA');
  });

  it.each([
    ['another format', text.replace('"keyferryManifest": 1', '"keyferryManifest": 2')],
    ['a member twice', text.replace('"mode"', '"title": "Payroll keys to Azure",\n  "mode"')],
    ['an unknown member', text.replace('"mode"', '"more": 1,\n  "mode"')],
    ['a missing member', text.replace('  "mode": "rehearsal",\n', '')],
    ['other white space', text.replace('  "mode"', '   "mode"')],
    ['no line end', text.trimEnd()],
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['a BOM', `\ufeff${text}`],
    ['an escape that is not needed', text.replace('Payroll', '\\u0050ayroll')],
    ['a KEK without a size', text.replace(/,\n +"bits": 2048/u, '')],
    ['no JSON', 'MANIFEST'],
  ])('is refused with %s', (_, damaged) => {
    expect(damaged).not.toBe(text);
    expect(ruleOf(() => parseManifest(utf8(damaged)))).toBe('BUNDLE-MANIFEST-SCHEMA');
  });

  it('is refused when its files are not sorted', () => {
    const unsorted = { ...manifest, files: manifest.files.toReversed() };
    expect(ruleOf(() => parseManifest(utf8(`${JSON.stringify(unsorted, null, 2)}\n`)))).toBe('BUNDLE-MANIFEST-SCHEMA');
  });

  it('is refused with any byte cut off', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(ruleOf(() => parseManifest(bytes.slice(0, length)))).toBe('BUNDLE-MANIFEST-SCHEMA');
      }),
    );
  });
});

describe('a plain path', () => {
  it.each(['a', 'keys/payroll-root/public-key.pem', 'a b/c.d', '_x', 'x'.repeat(255)])('is %s', (path) => {
    expect(isPlainPath(path)).toBe(true);
  });
  it.each(['', '/', '/a', 'a/', 'a//b', '.', '..', 'a/../b', '.a', ' a', 'a\\b', 'a:b', 'é', 'a\n', 'x'.repeat(256)])(
    'is not %j',
    (path) => {
      expect(isPlainPath(path)).toBe(false);
    },
  );
});
