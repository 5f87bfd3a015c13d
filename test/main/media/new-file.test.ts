import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../../app/keys/fingerprint.ts';
import { writeNewFile } from '../../../main/media/new-file.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { scratchFolder } from '../../support/token.ts';

const bytes = new Uint8Array(200_000).map((_, index) => index % 251);
let scratch: ReturnType<typeof scratchFolder>;

beforeEach(() => {
  scratch = scratchFolder();
});

afterEach(() => scratch.remove());

describe('a new file', () => {
  it('holds what was written, and its hash is told', () => {
    const path = join(scratch.folder, 'script.pdf');
    expect(writeNewFile(path, bytes)).toBe(sha256Hex(bytes));
    expect(Buffer.compare(readFileSync(path), bytes)).toBe(0);
  });

  it('replaces nothing: no file, no folder, and nothing that a link leads to', () => {
    const [file, folder, link] = ['file', 'folder', 'link'].map((name) => join(scratch.folder, name)) as [string, string, string]; // prettier-ignore
    writeFileSync(file, 'before');
    mkdirSync(folder);
    symlinkSync(join(scratch.folder, 'nowhere'), link);
    for (const path of [file, folder, link]) {
      expect(ruleOf(() => writeNewFile(path, bytes))).toBe('MEDIA-NOTHING-OVERWRITTEN');
    }
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(scratch.folder).sort()).toEqual(['file', 'folder', 'link']);
  });

  it('makes no folder for itself', () => {
    expect(ruleOf(() => writeNewFile(join(scratch.folder, 'missing', 'script.pdf'), bytes))).toBe('MEDIA-PRESENT');
    expect(readdirSync(scratch.folder)).toEqual([]);
  });
});
