import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layout } from '../../../app/bundle/layout.ts';
import type { UploadSheet } from '../../../app/bundle/upload-content.ts';
import { uploadMarkdown } from '../../../app/bundle/upload-md.ts';
import { hexGroups } from '../../../app/keys/fingerprint.ts';
import { putFiles } from '../../support/put-files.ts';
import { sampleBundle } from './sample-bundle.ts';

const key = (id: string, deadline: string | null): UploadSheet['keys'][number] => ({
  id,
  spec: 'ec-p256',
  destination: 'Azure Key Vault',
  after: id === 'late' ? 'keep' : 'destroy',
  deadline,
  section: {
    undated: id === 'undated' ? 'within 24 hours of its download' : null,
    warnings: ['An existing name becomes a <b>new</b> version.'],
    tools: ['az: Azure CLI, 2.1.0 or later'],
    signIn: [{ purpose: 'Sign in.', posix: 'az login', powershell: 'az login' }],
    upload: [
      { purpose: 'Import the key.', posix: "az keyvault key import --name 'a'", powershell: 'Add-AzKeyVaultKey' },
    ],
    checks: [{ purpose: 'Look at it.', posix: 'az keyvault key show', powershell: 'Get-AzKeyVaultKey' }],
    failures: [
      { message: 'bad | worse', meaning: 'Try `again`.\nThen stop.' },
      { message: 'INCORRECT_NONCE_ERR (400), or _thin_', meaning: 'key_spec `is` another.' },
    ],
  },
});
const sheet: UploadSheet = {
  ceremony: 'rehearsal-2026-11-23-7f3a9c',
  title: 'Payroll keys',
  mode: 'rehearsal',
  createdAt: '2026-11-23T14:07:32Z',
  notices: [{ rule: 'INBOUND-TEXT-ENCODING', text: 'kek.json was UTF-16.' }],
  keys: [
    key('none', null),
    key('undated', null),
    key('late', '2026-11-25T14:07:00Z'),
    key('early', '2026-11-24T14:07:59.5Z'),
  ],
};
const text = uploadMarkdown(sheet);
const lines = text.split('\n');
/** Every fenced block with its language, as a Markdown reader takes it. */
const blocks = [...text.matchAll(/^(`{3,})(\w+)\n([\s\S]*?)\n\1$/gmu)].map(([, , language, code]) => ({
  language,
  code,
}));

describe('the upload sheet', () => {
  it('is marked as a rehearsal when it is one', () => {
    expect(text).toContain('REHEARSAL');
    expect(uploadMarkdown({ ...sheet, mode: 'production' })).not.toContain('REHEARSAL');
  });

  it('puts first what may end at any moment, then the keys in the order of their deadlines, then those without one', () => {
    const order = lines
      .filter((line) => /^\d\. /u.test(line))
      .map((line) => /^\d\. (\w+), Azure Key Vault, /u.exec(line)?.[1]);
    expect(order).toEqual(['undated', 'early', 'late', 'none']);
    const sections = lines.filter((line) => /^## \d\. /u.test(line)).map((line) => /^## \d\. (\w+)/u.exec(line)?.[1]);
    expect(sections).toEqual(order);
  });

  it('gives deadlines in UTC with the hours left', () => {
    expect(lines.find((line) => line.startsWith('1. undated'))).toMatch(/within 24 hours of its download/u);
    expect(lines.find((line) => line.startsWith('2. early'))).toMatch(/2026-11-24 14:07 UTC, 24 hours/u);
    expect(lines.find((line) => line.startsWith('3. late'))).toMatch(/2026-11-25 14:07 UTC, 47 hours/u);
    expect(lines.find((line) => line.startsWith('4. none'))).not.toMatch(/UTC/u);
  });

  it.each([
    ['2026-11-23T16:07:31Z', '1 hour left'],
    ['2026-11-23T15:07:31Z', 'less than an hour left'],
    ['2026-11-23T14:07:32Z', 'less than an hour left'],
    ['2026-11-23T14:07:31Z', 'passed'],
    ['2026-11-20T14:07:31Z', 'passed'],
  ])('counts no hour that is not whole, and none below zero: %s', (deadline, said) => {
    const order = uploadMarkdown({ ...sheet, keys: [key('only', deadline)] });
    expect(/^1\. only, .*$/mu.exec(order)?.[0]).toContain(said);
    expect(order).not.toMatch(/-\d+ hour|\b0 hours/u);
  });

  it('says first which keys nobody but the bundle has then', () => {
    const [marked = ''] = /^\*\*[^*]*HSM: [^*]*\*\*$/mu.exec(text) ?? [];
    expect(marked).toContain('undated, early, none');
    expect(text.indexOf(marked)).toBeLessThan(text.indexOf('## Before'));
    const kept = uploadMarkdown({ ...sheet, keys: [key('late', null)] });
    expect(kept).not.toMatch(/^\*\*[^*]*HSM: /mu);
    expect(kept).toMatch(/late/u);
  });

  it('names each tool once, and has a line of the receipt for each key', () => {
    expect(lines.filter((line) => line === '- az: Azure CLI, 2.1.0 or later')).toHaveLength(1);
    const receipt = text.slice(text.indexOf('## Receipt')).split('\n');
    expect(receipt.filter((line) => /^\| \w+, Azure Key Vault \|(?: {2}\|){4}$/u.test(line))).toHaveLength(4);
  });

  it('leaves the names that clouds give to errors as they are, as code', () => {
    expect(lines).toContain('| `INCORRECT_NONCE_ERR` (400), or \\_thin\\_ | `key_spec` \\`is\\` another. |');
  });

  it('prints once what both shells write alike', () => {
    const alike = blocks.filter(({ code }) => code === 'az login');
    expect(alike).toHaveLength(4);
    expect(lines.filter((line) => line === 'POSIX shell and PowerShell:')).toHaveLength(4);
  });

  it('has every command for POSIX and PowerShell', () => {
    const posix = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code);
    const powershell = blocks.filter(({ language }) => language === 'powershell').map(({ code }) => code);
    expect(posix).toHaveLength(powershell.length + 4);
    expect(posix.filter((code) => code === "az keyvault key import --name 'a'")).toHaveLength(4);
    expect(powershell.filter((code) => code === 'Get-AzKeyVaultKey')).toHaveLength(4);
  });

  it('shows notices with their rule, and failures as one row of a table', () => {
    expect(text).toMatch(/kek\.json was UTF-16\..*INBOUND-TEXT-ENCODING/u);
    expect(lines).toContain('| bad \\| worse | Try \\`again\\`. Then stop. |');
  });

  it('lets no text become mark-up', () => {
    expect(text).toContain('\\<b\\>');
    expect(uploadMarkdown({ ...sheet, title: '[x](y) *z*\n# q' })).toContain('\\[x\\](y) \\*z\\* # q.');
  });

  it.each([
    ['code', 'a `<b>x</b>` b'],
    ['code that is not closed', 'a ` b'],
    ['code of several backticks', '`` ` `<i>` ``'],
    ['a link', '[x](https://evil.example) and ![y](z)'],
    ['a bare address', 'see https://evil.example/a, http://evil.example, FTP://evil.example'],
    ['a bare host', 'see www.evil.example, WWW.evil.example and _www.evil.example'],
    ['a mail address', 'ask desk@evil.example or mailto:desk@evil.example'],
    ['an address in angle brackets', '<https://evil.example>'],
    ['HTML', '<img src=x onerror=alert(1)> &lt;b&gt; &#60;'],
    ['emphasis', '**bold** _thin_ ~~gone~~'],
    ['a heading', '# Upload nothing'],
    ['a list', '1. first'],
    ['a bullet', '- first'],
    ['a rule under a heading', '==='],
    ['a new line', 'x\n\n# y\u2028z\u202e'],
    ['a table', 'a | b\n|---|---|'],
    ['a backslash before a bracket', '\\[x\\](y)'],
  ])('shows %s in a notice as the text that it is', (_, hostile) => {
    const said = uploadMarkdown({ ...sheet, notices: [{ rule: 'INBOUND-TEXT-ENCODING', text: hostile }] });
    const [, line = ''] = /^- (.*) \(INBOUND-TEXT-ENCODING\)$/mu.exec(said) ?? [];
    // Whatever punctuation CommonMark or its extensions could act upon stands behind a backslash of its own.
    const bare = line.replace(/\\[!-/:-@[-`{-~]/gu, 'x');
    expect(bare).not.toMatch(/[`*_<>[\]|~&@\\]|:\/\/|mailto:|^(?:[-+=#]|\d+[.)])/iu);
    expect(bare).not.toMatch(/www\./iu);
    const shown = line.replace(/\\([!-/:-@[-`{-~])/gu, '$1');
    expect(shown).toBe(hostile.replace(/[\s\u2028\u202e]+/gu, ' ').trimEnd());
  });

  it('leaves the address of a wrapping key whole in its own words', () => {
    const kid = 'https://contoso-prod.vault.azure.net/keys/kek/0123456789abcdef0123456789abcdef';
    const [first] = sheet.keys;
    const keys = first === undefined ? [] : [{ ...first, section: { ...first.section, warnings: [`${kid} stays.`] } }];
    expect(uploadMarkdown({ ...sheet, keys })).toContain(kid);
  });

  it('cannot have a command end its block', () => {
    const [first] = sheet.keys;
    const command = { purpose: 'p', posix: 'echo ```', powershell: 'x' };
    const keys = first === undefined ? [] : [{ ...first, section: { ...first.section, upload: [command] } }];
    expect(uploadMarkdown({ ...sheet, keys })).toContain('````sh\necho ```\n````');
  });

  it('leaves out what there is none of', () => {
    const [first] = sheet.keys;
    const keys = first === undefined ? [] : [{ ...first, section: { ...first.section, warnings: [], failures: [] } }];
    const bare = uploadMarkdown({ ...sheet, notices: [], keys });
    expect(bare).not.toContain('| Message');
    expect(bare.match(/^#+ /gmu)).toHaveLength(8);
  });

  it('is text with LF, one at the end, and no blank heaps', () => {
    expect(text).toMatch(/[^\n]\n$/u);
    expect(text).not.toMatch(/\r|\n{3}/u);
  });
});

describe('the comparison it prints', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
    putFiles(folder, sampleBundle().files);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const compare = blocks.find(({ code }) => code?.includes('awk'))?.code ?? '';

  it('sets the hash of the manifest out as the room prints it', () => {
    const hash = blocks.find(({ code }) => code?.startsWith('openssl dgst'))?.code ?? '';
    const said = execFileSync('sh', ['-c', hash], { cwd: folder, encoding: 'utf8' });
    const digest = createHash('sha256')
      .update(readFileSync(join(folder, layout.manifest)))
      .digest('hex');
    expect(said.trim()).toBe(hexGroups(digest).join(' '));
  });

  it('finds every file of a sound bundle OK', () => {
    const said = execFileSync('sh', ['-c', compare], { cwd: folder, encoding: 'utf8' }).trim().split('\n');
    // All but the manifest and the note over it.
    expect(said).toHaveLength(sampleBundle().files.size - 2);
    expect(said.every((line) => line.endsWith(': OK'))).toBe(true);
  });

  it('fails on a changed one', () => {
    writeFileSync(join(folder, layout.plan), '{}');
    expect(spawnSync('sh', ['-c', compare], { cwd: folder }).status).not.toBe(0);
  });
});
