import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepSiteBinding, readSiteBinding, siteSha256, type SiteBinding } from '../../../main/audit/site-binding.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { scratchFolder } from '../../support/token.ts';

const binding: SiteBinding = {
  keyferrySite: 1,
  module: '/opt/hsm/libcryptoki.so',
  moduleSha256: 'a'.repeat(64),
  tokenSerial: '0123456789',
};
const sha256 = siteSha256(binding);

let scratch: ReturnType<typeof scratchFolder>;
let folder: string;
let file: string;

beforeEach(() => {
  scratch = scratchFolder();
  folder = join(scratch.folder, 'ceremony');
  file = join(folder, 'site.json');
});

afterEach(() => scratch.remove());

describe('the site binding of a ceremony', () => {
  it('is kept beside its log, readable by its owner only, and comes back as it was', () => {
    keepSiteBinding(folder, binding);
    expect(readSiteBinding(folder, sha256)).toEqual(binding);
    expect([statSync(folder).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it('is written once', () => {
    keepSiteBinding(folder, binding);
    expect(() => keepSiteBinding(folder, { ...binding, tokenSerial: '9' })).toThrow(/EEXIST/u);
    expect(readSiteBinding(folder, sha256)).toEqual(binding);
  });

  it('is another one for every other module, content of the module and token', () => {
    const others = [{ module: '/opt/hsm/other.so' }, { moduleSha256: 'b'.repeat(64) }, { tokenSerial: '0123456788' }];
    const hashes = others.map((other) => siteSha256({ ...binding, ...other }));
    expect(new Set([sha256, ...hashes]).size).toBe(4);
  });

  it('is none for a rehearsal, which has none in its log', () => {
    mkdirSync(folder);
    expect(readSiteBinding(folder, null)).toBeNull();
  });
});

describe('a ceremony is not taken up again', () => {
  beforeEach(() => keepSiteBinding(folder, binding));

  it('when its site binding is gone', () => {
    rmSync(file);
    expect(ruleOf(() => readSiteBinding(folder, sha256))).toBe('SITE-BINDING-AS-LOGGED');
  });

  it('when the log names another, or none', () => {
    expect(ruleOf(() => readSiteBinding(folder, 'f'.repeat(64)))).toBe('SITE-BINDING-AS-LOGGED');
    expect(ruleOf(() => readSiteBinding(folder, null))).toBe('SITE-BINDING-AS-LOGGED');
  });

  it.each<[string, (text: string) => string]>([
    ['names another module', (text) => text.replace('libcryptoki', 'libmallory')],
    ['names another token', (text) => text.replace('0123456789', '9876543210')],
    ['has a member more', (text) => text.replace('{', '{"more":1,')],
    ['names its token twice', (text) => text.replace('{', '{"tokenSerial":"9",')],
    ['is cut off', (text) => text.slice(0, -1)],
    ['is empty', () => ''],
  ])('when its site binding %s', (_, change) => {
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    expect(ruleOf(() => readSiteBinding(folder, sha256))).toBe('SITE-BINDING-AS-LOGGED');
  });
});
