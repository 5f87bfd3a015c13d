import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { checkModule } from '../../../main/hsm/module-file.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { scratchFolder, tokenModule } from '../../support/token.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

const whole = readFileSync(tokenModule);
let files = 0;

/** Writes a copy of the module, changed. */
function changed(change: (copy: Buffer) => unknown): string {
  const path = join(scratch.folder, `module-${++files}.so`);
  const copy = Buffer.from(whole);
  const result = change(copy);
  writeFileSync(path, result instanceof Uint8Array ? result : copy);
  return path;
}

describe('the check of a module file', () => {
  it('gives the SHA-256 that sha256sum gives', () => {
    const [expected] = execFileSync('sha256sum', [tokenModule], { encoding: 'utf8' }).split(' ');
    expect(checkModule(tokenModule, null)).toBe(expected);
  });

  it('refuses a whole module that is not the one it met before', () => {
    const other = changed((copy) => void copy.writeUInt8(1, copy.length - 1));
    const sha256 = checkModule(tokenModule, null);
    expect(checkModule(tokenModule, sha256)).toBe(sha256);
    expect(ruleOf(() => checkModule(other, sha256))).toBe('MODULE-AS-IDENTIFIED');
  });

  it('does not wait for a pipe', () => {
    const pipe = join(scratch.folder, 'pipe.so');
    execFileSync('mkfifo', [pipe]);
    expect(ruleOf(() => checkModule(pipe, null))).toBe('MODULE-FILE-WHOLE');
  });

  it('follows a symbolic link, as distributions install them', () => {
    const link = join(scratch.folder, 'link.so');
    symlinkSync(tokenModule, link);
    expect(checkModule(link, null)).toBe(checkModule(tokenModule, null));
  });

  it('refuses a file cut off anywhere', () => {
    const path = join(scratch.folder, 'cut.so');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 1 }), (length) => {
        writeFileSync(path, whole.subarray(0, length));
        return ruleOf(() => checkModule(path, null)) === 'MODULE-FILE-WHOLE';
      }),
      { numRuns: 60, examples: [[0], [63], [64], [whole.length - 1]] },
    );
  });

  it.each([
    ['a missing file', () => join(scratch.folder, 'absent.so')],
    ['an empty path', () => ''],
    ['a path with NUL, which the loader would cut', () => `${tokenModule}\0.txt`],
    ['a folder', () => (mkdirSync(join(scratch.folder, 'folder.so')), join(scratch.folder, 'folder.so'))],
    ['a device', () => '/dev/null'],
    ['a text file', () => changed(() => Buffer.from('#!/bin/sh\n'.repeat(50)))],
    ['a program', () => changed((copy) => void copy.writeUInt16LE(2, 16))],
    ['another processor', () => changed((copy) => void copy.writeUInt16LE(process.arch === 'x64' ? 183 : 62, 18))],
    ['a 32-bit library', () => changed((copy) => void copy.writeUInt8(1, 4))],
    ['a big-endian library', () => changed((copy) => void copy.writeUInt8(2, 5))],
    ['a section table beyond the file', () => changed((copy) => void copy.writeBigUInt64LE(1n << 40n, 40))],
    ['a program header table beyond the file', () => changed((copy) => void copy.writeBigUInt64LE(1n << 40n, 32))],
    // The first LOAD segment of the module is the first program header.
    ['a segment beyond the file', () => changed((copy) => void copy.writeBigUInt64LE(1n << 40n, 64 + 32))],
  ])('refuses %s', (_, make) => {
    expect(ruleOf(() => checkModule(make(), null))).toBe('MODULE-FILE-WHOLE');
  });
});
