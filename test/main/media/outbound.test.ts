import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../app/audit/canonical-json.ts';
import { parseManifest } from '../../../app/bundle/manifest.ts';
import { bundleFiles } from '../../../app/ceremony/bundle-files.ts';
import { refuseWrite } from '../../../main/media/errors.ts';
import { bundleState, removeBundle, writeBundle, type BundleFile } from '../../../main/media/outbound.ts';
import { readBack } from '../../../main/media/read-back.ts';
import { sampleLog } from '../../app/bundle/bundle-maker.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { azureKey, eventsOf, opened, planWith, walkTo } from '../../support/walk.ts';

const name = 'keyferry-2026-11-23-7f3a9c';
const text = (content: string) => new TextEncoder().encode(content);
const files: readonly BundleFile[] = [
  { path: 'keys/payroll-root/KeyTransferPackage-payroll-root.byok', bytes: new Uint8Array(200_001).fill(7) },
  { path: 'keys/payroll-root/public-key.pem', bytes: text('pem') },
  { path: 'record/log.jsonl', bytes: new Uint8Array() },
  { path: 'MANIFEST.json', bytes: text('{}') },
];
let medium: string;

beforeEach(() => {
  medium = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
});
afterEach(() => {
  rmSync(medium, { recursive: true });
});

describe('writing a bundle', () => {
  it('writes every file and says what was read back', () => {
    const written = writeBundle(medium, name, files);
    for (const [index, { path, bytes }] of files.entries()) {
      const onMedium = readFileSync(join(medium, name, path));
      expect(onMedium.equals(bytes)).toBe(true);
      expect(written[index]).toEqual({
        path,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        bytes: bytes.length,
      });
    }
    expect(readdirSync(join(medium, name)).toSorted()).toEqual(['MANIFEST.json', 'keys', 'record']);
    expect(bundleState(medium, name, written)).toEqual({ state: 'equal' });
  });

  it('writes what a plan with the longest legal names makes, and the manifest lists it', () => {
    const longest = 'k'.repeat(127);
    const destination = { type: 'azure-key-vault', vault: 'v'.repeat(24), keyName: longest, operations: ['sign'] };
    const key = 'i'.repeat(40);
    const state = walkTo(opened(planWith([azureKey(key, { destination })])), 'take-out.write');
    const parts = {
      wrappedEphemeral: new Uint8Array(512).fill(1),
      wrappedKey: new Uint8Array(80).fill(2),
      sealedNonce: null,
    };
    const made = bundleFiles({
      state,
      wrapped: new Map([[key, parts]]),
      record: sampleLog(eventsOf(state) as JsonValue[]),
      createdAt: '2026-11-23T14:07:32Z',
      generator: 'Keyferry 0.1.0',
      checkpoint: '3006020101020101',
      verifier: new Uint8Array(),
    });
    const written = writeBundle(medium, 'keyferry-'.padEnd(49, 'c'), made);
    expect(written.map(({ path }) => path)).toContain(`keys/${key}/KeyTransferPackage-${longest}.byok`);
    const manifest = parseManifest(made.at(-1)?.bytes ?? new Uint8Array());
    expect(manifest.files.map(({ path }) => path)).toEqual(
      written.flatMap(({ path }) => (path === 'MANIFEST.json' ? [] : [path])).toSorted(),
    );
  });

  it('takes names of 255 bytes, as file systems do, and none longer', () => {
    const write = (length: number) =>
      writeBundle(medium, `b${length}`, [{ path: 'a'.repeat(length), bytes: text('x') }]);
    expect(ruleOf(() => write(255))).toBeNull();
    expect(ruleOf(() => write(256))).toBe('MEDIA-NAMES-PLAIN');
  });

  it('overwrites nothing: not a bundle, not an empty folder, not a file, not a link', () => {
    writeBundle(medium, name, files);
    const before = readFileSync(join(medium, name, 'MANIFEST.json'));
    expect(ruleOf(() => writeBundle(medium, name, [{ path: 'MANIFEST.json', bytes: text('other') }]))).toBe(
      'MEDIA-NOTHING-OVERWRITTEN',
    );
    expect(readFileSync(join(medium, name, 'MANIFEST.json'))).toEqual(before);
    mkdirSync(join(medium, 'empty'));
    writeFileSync(join(medium, 'file'), '');
    symlinkSync('/nowhere', join(medium, 'link'));
    for (const taken of ['empty', 'file', 'link']) {
      expect(refusalOf(() => writeBundle(medium, taken, files))).toMatchObject({
        rule: 'MEDIA-NOTHING-OVERWRITTEN',
        code: 'EEXIST',
      });
    }
    expect(readdirSync(medium).toSorted()).toEqual(['empty', 'file', name, 'link'].toSorted());
  });

  it('refuses one path twice and leaves nothing', () => {
    const [first] = files;
    expect(ruleOf(() => writeBundle(medium, name, [...files, ...(first ? [first] : [])]))).toBe(
      'MEDIA-NOTHING-OVERWRITTEN',
    );
    expect(readdirSync(medium)).toEqual([]);
  });

  it.each([
    '../x',
    '/x',
    'a//b',
    'a/',
    '.',
    '..',
    '',
    'a/../b',
    '.hidden',
    'a\\b',
    'a\0b',
    'kéy',
    ' a',
    'CON:',
    'x'.repeat(256),
  ])('refuses the path %j before anything is written', (path) => {
    expect(ruleOf(() => writeBundle(medium, name, [{ path, bytes: text('x') }]))).toBe('MEDIA-NAMES-PLAIN');
    expect(ruleOf(() => writeBundle(medium, path, files))).toBe('MEDIA-NAMES-PLAIN');
    expect(ruleOf(() => removeBundle(medium, name, [path]))).toBe('MEDIA-NAMES-PLAIN');
    expect(readdirSync(medium)).toEqual([]);
  });

  it('refuses a bundle name of two parts', () => {
    expect(ruleOf(() => writeBundle(medium, 'a/b', files))).toBe('MEDIA-NAMES-PLAIN');
  });

  it('refuses a medium that is not there', () => {
    expect(refusalOf(() => writeBundle(join(medium, 'gone'), name, files))).toMatchObject({
      rule: 'MEDIA-PRESENT',
      code: 'ENOENT',
    });
  });

  it('takes everything off again when the medium stops taking bytes', () => {
    const script = join(medium, 'write.mjs');
    const source = new URL('../../../main/media/outbound.ts', import.meta.url).href;
    writeFileSync(
      script,
      `import { writeBundle } from '${source}';
       const files = [{ path: 'keys/a/small.byok', bytes: new Uint8Array(10) }, { path: 'keys/b/large.byok', bytes: new Uint8Array(900_000) }];
       try { writeBundle('${medium}', '${name}', files); } catch (error) { console.log(error.refusal.rule, error.refusal.code); }`,
    );
    // A file size limit is a full medium that needs no root.
    const command = `ulimit -f 512; exec '${process.execPath}' '${script}'`;
    const { stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8', timeout: 15_000 });
    expect(stdout.trim()).toBe('MEDIA-HAS-ROOM EFBIG');
    expect(readdirSync(medium)).toEqual(['write.mjs']);
  });
});

describe('a system error becomes a rule', () => {
  const failing = (code: string) => Object.assign(new Error(code), { code });
  it.each([
    ['EROFS', 'MEDIA-WRITABLE'],
    ['EACCES', 'MEDIA-WRITABLE'],
    ['EPERM', 'MEDIA-WRITABLE'],
    ['EIO', 'MEDIA-WORKS'],
    ['ENODEV', 'MEDIA-WORKS'],
    ['ENOSPC', 'MEDIA-HAS-ROOM'],
    ['EDQUOT', 'MEDIA-HAS-ROOM'],
    ['ENOTDIR', 'MEDIA-PRESENT'],
  ])('%s: %s, and the code is kept', (code, rule) => {
    expect(refusalOf(() => refuseWrite(failing(code), '/media/x', 'Nothing was written.'))).toMatchObject({
      rule,
      code,
    });
  });

  it('as the real full device reports it', () => {
    try {
      writeFileSync('/dev/full', 'x');
      expect.unreachable();
    } catch (error) {
      expect(refusalOf(() => refuseWrite(error, '/dev/full', ''))).toMatchObject({
        rule: 'MEDIA-HAS-ROOM',
        code: 'ENOSPC',
      });
    }
  });

  it('but a programming error stays one', () => {
    expect(() => refuseWrite(new TypeError('x'), '/media/x', '')).toThrow(TypeError);
  });
});

describe('settling after an interruption', () => {
  const expected = files.map(({ path, bytes }) => ({
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
  }));

  it('tells an absent bundle from an absent medium', () => {
    expect(bundleState(medium, name, expected)).toEqual({ state: 'absent' });
    expect(ruleOf(() => bundleState(join(medium, 'gone'), name, expected))).toBe('MEDIA-PRESENT');
  });

  it('names what is missing, what differs and what is foreign', () => {
    writeBundle(medium, name, files);
    const top = join(medium, name);
    rmSync(join(top, 'record/log.jsonl'));
    const blob = readFileSync(join(top, files[0]?.path ?? ''));
    blob[100_000] = 8;
    writeFileSync(join(top, files[0]?.path ?? ''), blob);
    writeFileSync(join(top, 'keys/foreign'), '');
    rmSync(join(top, 'MANIFEST.json'));
    symlinkSync('keys/payroll-root/public-key.pem', join(top, 'MANIFEST.json'));
    expect(bundleState(medium, name, expected)).toEqual({
      state: 'different',
      differences: ['MANIFEST.json', 'keys/foreign', files[0]?.path, 'record/log.jsonl'],
    });
  });

  it('refuses when a file stands where the bundle should', () => {
    writeFileSync(join(medium, name), '');
    expect(refusalOf(() => bundleState(medium, name, expected))).toMatchObject({
      rule: 'MEDIA-WORKS',
      code: 'ENOTDIR',
    });
  });

  it('takes a bundle off again, whole or in part', () => {
    writeBundle(medium, name, files);
    rmSync(join(medium, name, 'record'), { recursive: true });
    const paths = files.map((file) => file.path);
    expect(removeBundle(medium, name, paths)).toEqual([]);
    expect(readdirSync(medium)).toEqual([]);
    expect(removeBundle(medium, name, paths)).toEqual([]);
  });

  it('takes off no file that it does not know', () => {
    writeBundle(medium, name, files);
    writeFileSync(join(medium, name, 'keys/notes.txt'), 'mine');
    expect(
      removeBundle(
        medium,
        name,
        files.map((file) => file.path),
      ),
    ).toEqual(['keys/notes.txt']);
    expect(existsSync(join(medium, name, 'keys/payroll-root'))).toBe(false);
    expect(statSync(join(medium, name, 'keys/notes.txt')).size).toBe(4);
  });
});

describe('reading back', () => {
  it.each([0, 1, 4095, 4096, 65_536, 65_537, 200_000])('hashes a file of %i bytes', (size) => {
    const bytes = Uint8Array.from({ length: size }, (_, index) => index % 251);
    writeFileSync(join(medium, 'f'), bytes);
    expect(readBack(join(medium, 'f'))).toEqual({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: size,
    });
  });

  it('works where the file system knows no O_DIRECT', () => {
    expect(readBack('/proc/self/stat').bytes).toBe(0);
  });

  it('follows no link', () => {
    symlinkSync('/etc/hostname', join(medium, 'l'));
    expect(() => readBack(join(medium, 'l'))).toThrow('ELOOP');
  });
});
