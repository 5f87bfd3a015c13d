import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Way } from '../../../app/byok/format.ts';
import { destinationOf } from '../../../app/byok/registry.ts';
import { supportMatrix } from '../../../app/byok/support-matrix.ts';
import { wrapInWords } from '../../../app/byok/ways.ts';
import { isAsymmetric, keySpecNames, keySpecs, type KeySpec, type KeySpecInfo } from '../../../app/keys/specs.ts';

const ways: readonly Way[] = Object.values(supportMatrix).flat();
const readme = readFileSync(join(import.meta.dirname, '..', '..', '..', 'README.md'), 'utf8');

/** `AES 256; RSA 2048, 3072`: the specs by kind, in the order of the table of specs. */
function specsInWords(specs: readonly KeySpec[]): string {
  const byKind = Map.groupBy(
    keySpecNames.filter((spec) => specs.includes(spec)),
    (spec) => keySpecs[spec].kind,
  );
  const size = (spec: KeySpec): string => {
    const info = keySpecs[spec];
    return info.kind === 'ec' ? info.curve : String(info.bits);
  };
  return [...byKind].map(([kind, names]) => `${kind.toUpperCase()} ${names.map(size).join(', ')}`).join('; ');
}

/** Length of a secret key; key pairs do not go under RSA directly. */
function bytesOf(info: KeySpecInfo): number {
  return info.kind === 'ec' ? 0 : info.bits / 8;
}

/** The README's table as it follows from the matrix: one row for each place and set of specs. */
function tableOf(rows: readonly Way[]): string[][] {
  const grouped = Map.groupBy(rows, (way) => JSON.stringify([way.place, way.specs]));
  return [...grouped.values()].map((group) => {
    const [first = expect.unreachable('a group has a row')] = group;
    const options = group.map(({ option, wrap }) => `\`${option}\`: ${wrapInWords(wrap)}`).join('<br>');
    const bits = [...new Set(group.flatMap(({ kekBits }) => kekBits))].toSorted((one, other) => one - other).join(', ');
    return [first.place, specsInWords(first.specs), options, bits];
  });
}

/** The cells of the table below a heading of the README, without its head. */
function cellsBelow(heading: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

describe('the support matrix', () => {
  it('has a format for every destination, and no two ways of one option for one spec', () => {
    for (const [type, rows] of Object.entries(supportMatrix)) {
      expect(destinationOf(type)?.type).toBe(type);
      const named = rows.flatMap(({ place, option, specs }) => specs.map((spec) => `${place} ${option} ${spec}`));
      expect(new Set(named).size).toBe(named.length);
    }
  });

  it('puts no private key under RSA directly: no token does', () => {
    const direct = ways.filter(({ wrap }) => wrap.method !== 'rsa-aes');
    expect(direct.flatMap(({ specs }) => specs.filter(isAsymmetric))).toEqual([]);
  });

  it('puts nothing under RSA that does not fit below the padding', () => {
    // RFC 8017: k - 2 hLen - 2 for OAEP, k - 11 for PKCS #1 v1.5; an ephemeral key has 32 bytes.
    const hashBytes = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;
    const longest = ({ wrap, specs }: Way): number =>
      wrap.method === 'rsa-aes' ? 32 : Math.max(...specs.map((spec) => bytesOf(keySpecs[spec])));
    const room = ({ wrap, kekBits }: Way): number =>
      Math.min(...kekBits) / 8 - (wrap.oaepHash === null ? 11 : 2 * hashBytes[wrap.oaepHash] + 2);
    expect(ways.filter((way) => longest(way) > room(way))).toEqual([]);
  });
});

describe('the README', () => {
  it('has the destinations of the support matrix, every way, spec and size of them', () => {
    expect(cellsBelow('Destinations')).toEqual(tableOf(ways));
  });
});
