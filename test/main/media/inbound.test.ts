import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInboundFolder } from '../../../main/media/inbound.ts';
import { refusalFrom } from '../../support/refusal-from.ts';
import { ruleOfAsync } from '../../support/rule-of.ts';
import { zipOf, type Zipped } from '../../support/zip.ts';

let medium: string;
const read = () => readInboundFolder(medium, ['one', 'two']);
const filesOf = async (key: string) => (await read()).get(key)?.files;
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

beforeEach(() => {
  medium = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
  mkdirSync(join(medium, 'one'));
  mkdirSync(join(medium, 'two'));
  writeFileSync(join(medium, 'one', 'kek.json'), '{"key":1}');
  writeFileSync(join(medium, 'one', 'a.pem'), 'pem');
  writeFileSync(join(medium, 'two', 'kek.json'), Buffer.from([0xff, 0x00]));
});
afterEach(() => {
  rmSync(medium, { recursive: true });
});

describe('an inbound folder', () => {
  it('gives the files of each key with hash and size', async () => {
    const found = await read();
    expect([...found.keys()]).toEqual(['one', 'two']);
    expect(found.get('one')?.files.map(({ name }) => name)).toEqual(['a.pem', 'kek.json']);
    const bytes = Uint8Array.of(0xff, 0);
    expect(found.get('two')).toEqual({
      files: [{ name: 'kek.json', bytes, sha256: hashOf(bytes), size: 2 }],
      archives: [],
    });
  });

  it('may hold other things at the top, which are not opened', async () => {
    mkdirSync(join(medium, 'System Volume Information'));
    mkdirSync(join(medium, 'three'));
    symlinkSync('/etc/passwd', join(medium, 'three', 'link'));
    for (const name of ['.DS_Store', 'desktop.ini', 'plan.json']) writeFileSync(join(medium, name), '');
    expect((await read()).size).toBe(2);
  });

  it('may hold a folder without files: what is missing is for the destination to say', async () => {
    rmSync(join(medium, 'two', 'kek.json'));
    expect(await filesOf('two')).toEqual([]);
  });

  it('takes a file of exactly 64 KiB and an empty one', async () => {
    writeFileSync(join(medium, 'two', 'large'), new Uint8Array(65_536).fill(1));
    writeFileSync(join(medium, 'two', 'empty'), '');
    expect((await filesOf('two'))?.map(({ size }) => size)).toEqual([0, 2, 65_536]);
  });

  it('gives what is in a zip in the place of the zip, whose own hash is kept', async () => {
    const [key, token] = [bytesOf('key'), bytesOf('token')];
    const zip = zipOf([
      { name: 'z.bin', content: key },
      { name: 'a.bin', content: token },
    ]);
    writeFileSync(join(medium, 'two', 'ImportParameters'), zip);
    expect((await read()).get('two')).toEqual({
      files: [
        { name: 'ImportParameters/z.bin', bytes: key, sha256: hashOf(key), size: 3 },
        { name: 'ImportParameters/a.bin', bytes: token, sha256: hashOf(token), size: 5 },
        { name: 'kek.json', bytes: Uint8Array.of(0xff, 0), sha256: hashOf(Uint8Array.of(0xff, 0)), size: 2 },
      ],
      archives: [{ name: 'ImportParameters', bytes: zip, sha256: hashOf(zip), size: zip.length }],
    });
  });

  it('takes a zip of more than 64 KiB, by its content and not by its name', async () => {
    const contents = [1, 2].map((byte) => new Uint8Array(40_000).fill(byte));
    const zip = zipOf(contents.map((content, n) => ({ name: `${n}`, content, method: 0 })));
    writeFileSync(join(medium, 'two', 'large.pem'), zip);
    expect((await filesOf('two'))?.map(({ size }) => size)).toEqual([2, 40_000, 40_000]);
  });
});

describe('is refused', () => {
  const put = (name: string) => {
    writeFileSync(join(medium, 'two', name), 'x');
  };
  const putZip = (files: readonly Zipped[]) => {
    writeFileSync(join(medium, 'two', 'a.zip'), zipOf(files));
  };
  const replaceFolder = (replace: (path: string) => void) => {
    rmSync(join(medium, 'two'), { recursive: true });
    replace(join(medium, 'two'));
  };
  it.each([
    ['a missing folder', () => rmSync(join(medium, 'two'), { recursive: true }), 'INBOUND-FOLDER-PER-KEY'],
    ['a file named like the key', () => replaceFolder((path) => writeFileSync(path, '')), 'INBOUND-FOLDER-PER-KEY'],
    ['a link at the top', () => symlinkSync('/etc', join(medium, 'etc')), 'INBOUND-NO-LINKS'],
    ['a link in place of a key folder', () => replaceFolder((path) => symlinkSync('one', path)), 'INBOUND-NO-LINKS'],
    ['a link to a file', () => symlinkSync('kek.json', join(medium, 'two', 'link.json')), 'INBOUND-NO-LINKS'],
    ['a link to nothing', () => symlinkSync('nothing', join(medium, 'two', 'link.json')), 'INBOUND-NO-LINKS'],
    ['a subfolder', () => mkdirSync(join(medium, 'two', 'deeper')), 'INBOUND-PLAIN-FILES'],
    ['a pipe', () => execFileSync('mkfifo', [join(medium, 'two', 'pipe')]), 'INBOUND-PLAIN-FILES'],
    [
      'a file that is too large',
      () => writeFileSync(join(medium, 'two', 'big'), new Uint8Array(65_537)),
      'INBOUND-SIZE-CAPPED',
    ],
    [
      'a huge sparse file',
      () => {
        put('huge');
        truncateSync(join(medium, 'two', 'huge'), 2 ** 40);
      },
      'INBOUND-SIZE-CAPPED',
    ],
    [
      'a file that is too large and only named like a zip',
      () => writeFileSync(join(medium, 'two', 'a.zip'), new Uint8Array(65_537)),
      'INBOUND-SIZE-CAPPED',
    ],
    [
      'a huge sparse file that begins like a zip',
      () => {
        writeFileSync(join(medium, 'two', 'a.zip'), 'PK\x03\x04');
        truncateSync(join(medium, 'two', 'a.zip'), 2 ** 40);
      },
      'INBOUND-ZIP-SMALL',
    ],
    [
      'a zip of 1 MiB and a byte',
      () => putZip([{ name: 'a', content: new Uint8Array(2 ** 20 - 99), method: 0 }]),
      'INBOUND-ZIP-SMALL',
    ],
    ['an empty zip', () => putZip([]), 'INBOUND-ZIP-PLAIN'],
    [
      'a zip that leads elsewhere',
      () => putZip([{ name: '../one/a.pem', content: bytesOf('x') }]),
      'INBOUND-ZIP-PLAIN',
    ],
    ['a zip in a zip', () => putZip([{ name: 'a.zip', content: zipOf([]) }]), 'INBOUND-ZIP-PLAIN'],
    ['a damaged zip', () => putZip([{ name: 'a', content: bytesOf('x'), crc: 1 }]), 'INBOUND-ZIP-WHOLE'],
    ['17 files', () => Array.from({ length: 16 }, (_, n) => `f${n}`).forEach(put), 'INBOUND-FILE-COUNT'],
    ['a name with a line break', () => put('a\nb'), 'INBOUND-NAMES-PLAIN'],
    ['a name that turns the text around', () => put('a\u202eb'), 'INBOUND-NAMES-PLAIN'],
    [
      'a name that is not UTF-8',
      () => writeFileSync(Buffer.concat([Buffer.from(`${medium}/two/`), Buffer.from([0xff])]), 'x'),
      'INBOUND-NAMES-PLAIN',
    ],
  ])('%s', async (_, damage, rule) => {
    damage();
    expect(await ruleOfAsync(read)).toBe(rule);
  });

  it('a medium that is not there, with the code of the system', async () => {
    rmSync(medium, { recursive: true });
    expect(await refusalFrom(read())).toMatchObject({ rule: 'INBOUND-READABLE', code: 'ENOENT' });
    mkdirSync(medium);
  });

  it('no hard link: it is the file itself', async () => {
    linkSync(join(medium, 'one', 'a.pem'), join(medium, 'two', 'b.pem'));
    expect(await filesOf('two')).toHaveLength(2);
  });

  it('a file that gives more bytes than it had a moment ago, as those of the kernel do', async () => {
    expect(await ruleOfAsync(() => readInboundFolder('/proc/sys/kernel', ['random']))).toBe('INBOUND-STEADY');
  });
});
