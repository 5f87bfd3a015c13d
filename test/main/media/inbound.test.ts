import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInboundFolder } from '../../../main/media/inbound.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';

let medium: string;
const read = () => readInboundFolder(medium, ['one', 'two']);

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
  it('gives the files of each key with hash and size', () => {
    const found = read();
    expect([...found.keys()]).toEqual(['one', 'two']);
    expect(found.get('one')?.map(({ name }) => name)).toEqual(['a.pem', 'kek.json']);
    expect(found.get('two')).toEqual([
      {
        name: 'kek.json',
        bytes: Uint8Array.of(0xff, 0),
        sha256: createHash('sha256').update(Uint8Array.of(0xff, 0)).digest('hex'),
        size: 2,
      },
    ]);
  });

  it('may hold other things at the top, which are not opened', () => {
    mkdirSync(join(medium, 'System Volume Information'));
    mkdirSync(join(medium, 'three'));
    symlinkSync('/etc/passwd', join(medium, 'three', 'link'));
    for (const name of ['.DS_Store', 'desktop.ini', 'plan.json']) writeFileSync(join(medium, name), '');
    expect(read().size).toBe(2);
  });

  it('may hold a folder without files: what is missing is for the destination to say', () => {
    rmSync(join(medium, 'two', 'kek.json'));
    expect(read().get('two')).toEqual([]);
  });

  it('takes a file of exactly 64 KiB and an empty one', () => {
    writeFileSync(join(medium, 'two', 'large'), new Uint8Array(65_536).fill(1));
    writeFileSync(join(medium, 'two', 'empty'), '');
    expect(
      read()
        .get('two')
        ?.map(({ size }) => size),
    ).toEqual([0, 2, 65_536]);
  });
});

describe('is refused', () => {
  const put = (name: string) => {
    writeFileSync(join(medium, 'two', name), 'x');
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
    ['17 files', () => Array.from({ length: 16 }, (_, n) => `f${n}`).forEach(put), 'INBOUND-FILE-COUNT'],
    ['a name with a line break', () => put('a\nb'), 'INBOUND-NAMES-PLAIN'],
    ['a name that turns the text around', () => put('a\u202eb'), 'INBOUND-NAMES-PLAIN'],
    [
      'a name that is not UTF-8',
      () => writeFileSync(Buffer.concat([Buffer.from(`${medium}/two/`), Buffer.from([0xff])]), 'x'),
      'INBOUND-NAMES-PLAIN',
    ],
  ])('%s', (_, damage, rule) => {
    damage();
    expect(ruleOf(read)).toBe(rule);
  });

  it('a medium that is not there, with the code of the system', () => {
    rmSync(medium, { recursive: true });
    expect(refusalOf(read)).toMatchObject({ rule: 'INBOUND-READABLE', code: 'ENOENT' });
    mkdirSync(medium);
  });

  it('no hard link: it is the file itself', () => {
    linkSync(join(medium, 'one', 'a.pem'), join(medium, 'two', 'b.pem'));
    expect(read().get('two')).toHaveLength(2);
  });

  it('a file that gives more bytes than it had a moment ago, as those of the kernel do', () => {
    expect(ruleOf(() => readInboundFolder('/proc/sys/kernel', ['random']))).toBe('INBOUND-STEADY');
  });
});
