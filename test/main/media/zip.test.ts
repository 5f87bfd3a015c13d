import { randomBytes } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64ToBytes, utf8ToBytes } from '../../../app/keys/bytes.ts';
import type { RuleId } from '../../../app/rules/index.ts';
import { Refused } from '../../../app/rules/refusal.ts';
import { isZip, unzip } from '../../../main/media/zip.ts';
import { refusalFrom } from '../../support/refusal-from.ts';
import { localPart, zipOf, type Zipped } from '../../support/zip.ts';
import { jsonVectors } from '../../vectors/read-vectors.ts';

const open = (zip: Uint8Array) => unzip(zip, '"a.zip"');
const ruleFrom = async (zip: Uint8Array): Promise<RuleId> => (await refusalFrom(open(zip))).rule;

const key: Zipped = { name: 'WrappingPublicKey.bin', content: utf8ToBytes('a wrapping key, '.repeat(30)) };
const token: Zipped = { name: 'ImportToken.bin', content: Uint8Array.from(randomBytes(100)), method: 0 };
/** 4.5.3: both lengths in 8 bytes each, behind 2 bytes of id and 2 of length. */
const zip64 = {
  size: 0xffffffff,
  packedSize: 0xffffffff,
  extra: new Uint8Array(
    Uint32Array.of(0x00100001, key.content.length, 0, deflateRawSync(key.content).length, 0).buffer,
  ),
};
const plain = ({ name, content }: Zipped) => ({ name, bytes: content });
const endRecordBytes = 22;
const zeros = (length: number): Uint8Array => new Uint8Array(length);
const named = (name: string | Uint8Array): Zipped => ({ ...key, name });
const numbered = (count: number): Zipped[] => Array.from({ length: count }, (_, n) => named(`file ${n}`));
const withMode = (mode: number, more: Partial<Zipped> = {}): Zipped[] => [
  { ...key, attributes: (mode << 16) >>> 0, ...more },
];

describe('a zip', () => {
  it('gives its files in the order of its directory', async () => {
    expect(await open(zipOf([key, token]))).toEqual([plain(key), plain(token)]);
    expect(await open(zipOf([key, token], { reversed: true }))).toEqual([plain(token), plain(key)]);
  });

  it.each(jsonVectors('zip'))('of another program is read: $name', async ({ vector }) => {
    const { zip, files } = vector as { zip: string; files: readonly { name: string; bytes: string }[] };
    const bytesOf = (text: string): Uint8Array => base64ToBytes(text) ?? expect.unreachable('no base64');
    expect(await open(bytesOf(zip))).toEqual(files.map(({ name, bytes }) => ({ name, bytes: bytesOf(bytes) })));
  });

  it.each<[string, Uint8Array, readonly Zipped[]]>([
    ['lengths behind the data', zipOf([{ ...key, streamed: 'signed' }, token]), [key, token]],
    ['lengths behind the data without a signature', zipOf([token, { ...key, streamed: 'unsigned' }]), [token, key]],
    ['a comment', zipOf([key], { comment: utf8ToBytes('made by a console') }), [key]],
    ['no type in the mode', zipOf(withMode(0o644)), [key]],
    ['no mode at all', zipOf([{ ...key, madeBy: 20, attributes: 0x20 }]), [key]],
    ['a name beyond ASCII that is flagged as UTF-8', zipOf([named('Schlüssel.bin')]), [named('Schlüssel.bin')]],
    ['dots in a name', zipOf([named('..wrapping..key..')]), [named('..wrapping..key..')]],
    ['an empty file', zipOf([{ ...key, content: zeros(0) }]), [{ ...key, content: zeros(0) }]],
    ['eight files', zipOf(numbered(8)), numbered(8)],
    ['a file of exactly 64 KiB', zipOf([{ ...key, content: zeros(65_536) }]), [{ ...key, content: zeros(65_536) }]],
  ])('may have %s', async (_, zip, files) => {
    expect(await open(zip)).toEqual(files.map(plain));
  });

  it('may have exactly 1 MiB', async () => {
    expect(await open(padded(2 ** 20))).toHaveLength(8);
  });

  it('is known by its first bytes, which are those of no other file', () => {
    expect([zipOf([key]), zipOf([])].map(isZip)).toEqual([true, true]);
    expect([zeros(0), zeros(4), utf8ToBytes('PK'), utf8ToBytes('PK\x01\x02'), utf8ToBytes('-----BEGIN')].map(isZip)).toEqual([false, false, false, false, false]); // prettier-ignore
  });
});

describe('is refused as INBOUND-ZIP-PLAIN', () => {
  it.each([
    '../evil', '..', '.', '', 'a/b', 'folder/', '/etc/passwd', '..\\evil', 'a\\b', '\\\\server\\share', 'C:\\evil', 'C:evil', 'a:b',
    'a\nb', 'a\u0000b', 'a\u007fb', 'a\u202eb', 'a\u2028b', 'n'.repeat(256),
  ])('the name %j', async (name) => {
    expect(await ruleFrom(zipOf([token, named(name)]))).toBe('INBOUND-ZIP-PLAIN');
  }); // prettier-ignore

  it.each<[string, Zipped[]]>([
    ['a name that is not UTF-8', [{ ...named(Uint8Array.of(0x61, 0xff)), flags: 0x0800 }]],
    ['a name in a code page', [named(utf8ToBytes('Schl\u00fcssel.bin'))]],
    ['a second name that differs', [{ ...key, central: { extra: unicodePath('ImportToken.bin') } }]],
    ['one name twice', [key, { ...token, name: key.name }]],
    ['names that differ in case', [named('Key.bin'), named('kEY.bin')]],
    ['names that differ in normal form', [named('\u00e4.bin'), named('a\u0308.bin')]],
    ['an encrypted file', [token, { ...key, flags: 0x0001 }]],
    ['an encrypted file that is stored', [{ ...token, flags: 0x0001, packed: zeros(112) }]],
    ['a masked directory', [{ ...key, flags: 0x2000 }]],
    ['AES', [{ ...key, flags: 0x0001, method: 99, packed: zeros(60) }]],
    ['a link', withMode(0o120777)],
    ['a link made elsewhere than on Unix', withMode(0o120777, { madeBy: 20 })],
    ['a folder by its mode', withMode(0o040755)],
    ['a folder by its MS-DOS attribute', [{ ...key, madeBy: 20, attributes: 0x10 }]],
    ['a volume label', [{ ...key, madeBy: 20, attributes: 0x08 }]],
    ['a pipe', withMode(0o010644)],
    ['a device', withMode(0o020644)],
    ['a socket', withMode(0o140644)],
    ['another method', [{ ...key, method: 12, packed: zeros(60) }]],
    ['a zip in it', [{ ...key, content: zipOf([key]) }]],
    ['a stored zip in it', [{ ...token, content: zipOf([key]) }]],
    ['an empty zip in it', [{ ...key, content: zipOf([]) }]],
    ['no file', []],
  ])('%s', async (_, files) => {
    expect(await ruleFrom(zipOf(files))).toBe('INBOUND-ZIP-PLAIN');
  });
});

describe('is refused as INBOUND-ZIP-SMALL', () => {
  it.each<[string, Uint8Array]>([
    ['nine files', zipOf(numbered(9))],
    ['more files than there are', zipOf([key], { end: { count: 65_535 } })],
    ['a file of 64 KiB and a byte', zipOf([{ ...key, content: zeros(65_537) }])],
    ['a stored file of 64 KiB and a byte', zipOf([{ ...token, content: zeros(65_537) }])],
    ['10 MiB of zeros', zipOf([{ ...key, content: zeros(10 * 2 ** 20) }])],
    ['10 MiB of zeros that pass for 100 bytes', zipOf([{ ...key, packed: deflated(10 * 2 ** 20) }])],
    ['64 KiB and a byte that pass for 64 KiB', zipOf([{ ...key, content: zeros(65_536), packed: deflated(65_537) }])],
    ['a zip of 1 MiB and a byte', padded(2 ** 20 + 1)],
  ])('%s', async (_, zip) => {
    expect(await ruleFrom(zip)).toBe('INBOUND-ZIP-SMALL');
  });
});

describe('is refused as INBOUND-ZIP-WHOLE', () => {
  const sound = zipOf([key, token]);
  const inner = localPart(key);
  it.each<[string, Uint8Array]>([
    ['another CRC-32', zipOf([{ ...key, crc: crc32(key.content) ^ 1 }])],
    ['another CRC-32 of a stored file', zipOf([{ ...token, crc: 0 }])],
    ['a length that is too long', zipOf([{ ...key, size: key.content.length + 1 }])],
    ['a length that is too short', zipOf([{ ...key, size: key.content.length - 1 }])],
    ['two lengths of a stored file', zipOf([{ ...token, size: 99 }])],
    ['data that do not inflate', zipOf([{ ...key, packed: Uint8Array.of(0xff, 0xff) }])],
    ['data that end too soon', zipOf([{ ...key, packed: new Uint8Array(deflateRawSync(key.content)).slice(0, -1) }])],
    [
      'bytes behind the deflated data',
      zipOf([{ ...key, packed: Uint8Array.from([...deflateRawSync(key.content), 7]) }]),
    ],
    ['no data', zipOf([{ ...key, packed: zeros(0) }])],
    ['another name in front', zipOf([{ ...key, local: { name: 'WrappingPublicKey.bim' } }])],
    ['another method in front', zipOf([{ ...key, local: { method: 0 } }])],
    ['another CRC-32 in front', zipOf([{ ...key, local: { crc: 0 } }])],
    ['another packed length in front', zipOf([{ ...key, local: { packedSize: 0 } }])],
    ['another length in front', zipOf([{ ...key, local: { size: 0 } }])],
    ['encryption in front only', zipOf([{ ...key, local: { flags: 1 } }])],
    ['strong encryption, which the library does not know', zipOf([{ ...key, flags: 0x41 }])],
    ['another CRC-32 behind', zipOf([{ ...key, streamed: 'signed', central: { crc: 0 } }])],
    ['another CRC-32 in the descriptor', zipOf([{ ...key, streamed: 'signed', behind: { crc: 0 } }])],
    ['another packed length in the descriptor', zipOf([{ ...key, streamed: 'unsigned', behind: { packedSize: 0 } }])],
    ['another length in the descriptor', zipOf([{ ...key, streamed: 'signed', behind: { size: 0 } }])],
    ['data up to the last byte, where a descriptor should follow', toTheEnd({ ...key, streamed: 'signed' })],
    ['a descriptor that is not there', zipOf([{ ...key, flags: 0x0008 }])],
    ['bytes in front', zipOf([key], { before: utf8ToBytes('MZ') })],
    ['bytes in front that the offsets do not know', Uint8Array.from([0, ...sound])],
    ['bytes between files and directory', zipOf([key], { between: Uint8Array.of(0) })],
    ['a file that the directory does not know', zipOf([key], { between: localPart(token) })],
    ['bytes behind', zipOf([key], { after: Uint8Array.of(0) })],
    ['a zip behind the zip', zipOf([key], { after: zipOf([token]) })],
    ['a zip in the comment', zipOf([key], { comment: zipOf([token]) })],
    ['a file inside a file', zipOf([{ ...token, content: inner }, { ...key, local: null, offset: 30 + 'ImportToken.bin'.length }])], // prettier-ignore
    ['one file under two names', zipOf([key, { ...named('Other.bin'), local: null, offset: 0 }])],
    ['the directory inside a file', directoryInside()],
    ['a second end record', zipOf([key], { beforeEnd: zipOf([key]).slice(-endRecordBytes) })],
    ['an offset beyond the end', zipOf([{ ...key, central: { offset: 2 ** 31 } }])],
    ['a packed length beyond the end', zipOf([{ ...key, packedSize: 60_000 }])],
    ['a file in zip64 form', zipOf([{ ...key, local: zip64, central: zip64 }])],
    ['a zip64 end record', zipOf([key], { beforeEnd: zip64End([key]) })],
    ['a directory that is longer than said', zipOf([key, token], { end: { directorySize: 10 } })],
    ['a directory elsewhere than said', zipOf([key], { end: { directoryOffset: 0 } })],
    ['more files than are in the directory', zipOf([key], { end: { count: 2, countHere: 2 } })],
    ['fewer files than are in the directory', zipOf([key, token], { end: { count: 1, countHere: 1 } })],
    ['another number of files here than in all', zipOf([key, token], { end: { countHere: 1 } })],
    ['a second disk', zipOf([key], { end: { disk: 1 } })],
    ['a directory on a second disk', zipOf([key], { end: { directoryDisk: 1 } })],
    ['its first four bytes', sound.slice(0, 4)],
    ['nothing', zeros(0)],
  ])('%s', async (_, zip) => {
    expect(await ruleFrom(zip)).toBe('INBOUND-ZIP-WHOLE');
  });

  it('a zip that was cut, wherever', async () => {
    for (let length = 0; length < sound.length; length++) {
      expect(await ruleFrom(sound.slice(0, length))).toBe('INBOUND-ZIP-WHOLE');
    }
  });
});

function deflated(length: number): Uint8Array {
  return new Uint8Array(deflateRawSync(zeros(length)));
}

/** A zip of this many bytes that holds eight files of 64 KiB. */
function padded(length: number): Uint8Array {
  const files = numbered(8).map((file) => ({
    ...file,
    content: zeros(65_536),
    method: 0,
    local: { extra: zeros(65_000) },
  }));
  return zipOf(files, { comment: zeros(length - zipOf(files).length) });
}

/** 4.6.9: version, CRC-32 of the name in the header, another name. */
function unicodePath(name: string): Uint8Array {
  const path = utf8ToBytes(name);
  const head = new DataView(new ArrayBuffer(9));
  head.setUint16(0, 0x7075, true);
  head.setUint16(2, 5 + path.length, true);
  head.setUint8(4, 1);
  head.setUint32(5, crc32(utf8ToBytes(String(key.name))), true);
  return Uint8Array.from([...new Uint8Array(head.buffer), ...path]);
}

/** 4.3.14 and 4.3.15: record and locator, which agree with the end record of a zip of these files. */
function zip64End(files: readonly Zipped[]): Uint8Array {
  const zip = zipOf(files);
  const end = new DataView(zip.buffer, zip.length - endRecordBytes);
  const [directoryBytes, offset] = [end.getUint32(12, true), end.getUint32(16, true)];
  const record = new DataView(new ArrayBuffer(56 + 20));
  record.setUint32(0, 0x06064b50, true);
  record.setUint32(4, 44, true);
  for (const at of [24, 32]) record.setUint32(at, files.length, true);
  record.setUint32(40, directoryBytes, true);
  record.setUint32(48, offset, true);
  record.setUint32(56, 0x07064b50, true);
  record.setUint32(64, offset + directoryBytes, true);
  record.setUint32(72, 1, true);
  return new Uint8Array(record.buffer);
}

/** A zip whose one file is said to have all bytes up to the end of the zip. */
function toTheEnd(file: Zipped): Uint8Array {
  const rest = zipOf([file]).length - 30 - utf8ToBytes(String(file.name)).length;
  return zipOf([{ ...file, central: { packedSize: rest } }]);
}

/** A zip whose one file holds what the end record takes for the directory. */
function directoryInside(): Uint8Array {
  const [headerBytes, directoryBytes] = [30 + 1, 46 + 1];
  const zip = zipOf([{ name: 'a', content: zeros(directoryBytes), method: 0 }], {
    end: { directoryOffset: headerBytes },
  });
  return Uint8Array.from([...zip.subarray(0, headerBytes), ...zip.subarray(headerBytes + directoryBytes)]);
}

describe('whatever comes', () => {
  const rules: readonly RuleId[] = ['INBOUND-ZIP-SMALL', 'INBOUND-ZIP-PLAIN', 'INBOUND-ZIP-WHOLE'];
  const file = fc.record(
    {
      name: fc.stringMatching(/^[\w äöüß日本-]{1,30}$/u),
      content: fc.uint8Array({ maxLength: 2000 }),
      method: fc.constantFrom(0, 8),
      streamed: fc.constantFrom('signed' as const, 'unsigned' as const),
    },
    { requiredKeys: ['name', 'content', 'method'] },
  );
  const files = fc.uniqueArray(file, { minLength: 1, maxLength: 8, selector: ({ name }) => name.toLowerCase() });

  it('what was packed comes out', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (packed) => {
        expect(await open(zipOf(packed))).toEqual(packed.map(plain));
      }),
      { numRuns: 500 },
    );
  });

  it('a changed zip gives the very same files or is refused by a rule', async () => {
    const original = [key, { ...token, streamed: 'signed' as const }];
    const zip = zipOf(original);
    const change = fc.record({ at: fc.nat(zip.length - 1), bits: fc.integer({ min: 1, max: 255 }) });
    const splice = fc.record({ at: fc.nat(zip.length), cut: fc.nat(3), bytes: fc.uint8Array({ maxLength: 3 }) });
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 3 }), fc.option(splice), async (changes, spliced) => {
        const changed = zip.slice();
        for (const { at, bits } of changes) changed[at] = (changed[at] ?? 0) ^ bits;
        const { at, cut, bytes } = spliced ?? { at: 0, cut: 0, bytes: zeros(0) };
        const outcome = await outcomeOf(
          Uint8Array.from([...changed.subarray(0, at), ...bytes, ...changed.subarray(at + cut)]),
        );
        if (typeof outcome === 'string') refused++;
        if (typeof outcome === 'string') expect(rules).toContain(outcome);
        else expect(outcome).toEqual(original.map(plain));
      }),
      { numRuns: 100_000 },
    );
    expect(refused).toBeGreaterThan(20_000);
  });

  it('bytes that only begin like a zip are refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        expect(rules).toContain(await ruleFrom(Uint8Array.from([...utf8ToBytes('PK\x03\x04'), ...bytes])));
      }),
    );
  });

  async function outcomeOf(zip: Uint8Array): Promise<Awaited<ReturnType<typeof open>> | RuleId> {
    try {
      return await open(zip);
    } catch (error) {
      if (error instanceof Refused) return error.refusal.rule;
      throw error;
    }
  }
});
