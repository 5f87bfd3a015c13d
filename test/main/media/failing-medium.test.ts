import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import type fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bundleState, removeBundle, writeBundle } from '../../../main/media/outbound.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';

/**
 * The real file system with a witness: what was opened, written and synced, in order, and a medium that can be made to
 * lie or to fail. No such medium can be plugged in here, and a killed process cannot show a missing sync, because the
 * page cache outlives it.
 */
const medium = vi.hoisted(() => ({
  trace: [] as string[],
  open: new Map<number, string>(),
  fails: (_call: string, _path: string): string | null => null,
  lies: false,
}));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  const witness = (call: string, path: string) => {
    const code = medium.fails(call, path);
    if (code !== null) throw Object.assign(new Error(code), { code });
    medium.trace.push(`${call} ${path}`);
  };
  const pathOf = (file: number) => medium.open.get(file) ?? '?';
  return {
    ...real,
    openSync(path: string, flags: string | number, mode?: number) {
      witness(typeof flags === 'number' ? 'read' : flags === 'r' ? 'folder' : 'create', path);
      const file = real.openSync(path, flags, mode);
      medium.open.set(file, path);
      return file;
    },
    writeFileSync(file: number, bytes: Uint8Array) {
      witness('write', pathOf(file));
      real.writeFileSync(file, medium.lies ? bytes.map((byte, at) => (at === 3 ? byte ^ 1 : byte)) : bytes);
    },
    fsyncSync(file: number) {
      witness('sync', pathOf(file));
      real.fsyncSync(file);
    },
    unlinkSync(path: string) {
      witness('unlink', path);
      real.unlinkSync(path);
    },
  };
});

const name = 'keyferry-rehearsal-1';
const files = [
  { path: 'keys/a/blob.byok', bytes: new Uint8Array(5000).fill(1) },
  { path: 'MANIFEST.json', bytes: new Uint8Array(10) },
];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-test-'));
  medium.trace = [];
  medium.fails = () => null;
  medium.lies = false;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the order of writing', () => {
  it('syncs each file, then each folder from the deepest to the one the bundle lies in, then reads back', () => {
    writeBundle(folder, name, files);
    const top = join(folder, name);
    const [blob, manifest] = [join(top, 'keys/a/blob.byok'), join(top, 'MANIFEST.json')];
    expect(medium.trace).toEqual([
      ...[blob, manifest].flatMap((path) => [`create ${path}`, `write ${path}`, `sync ${path}`]),
      ...[join(top, 'keys/a'), join(top, 'keys'), top, folder].flatMap((path) => [`folder ${path}`, `sync ${path}`]),
      `read ${blob}`,
      `read ${manifest}`,
    ]);
  });
});

describe('a medium that fails', () => {
  it('by keeping other bytes: refused, and nothing stays', () => {
    medium.lies = true;
    expect(ruleOf(() => writeBundle(folder, name, files))).toBe('MEDIA-READ-BACK-EQUAL');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(['create', 'write', 'sync', 'folder', 'read'])(
    'by an I/O error at any %s: refused, and nothing stays',
    (at) => {
      const calls = ((): number => {
        writeBundle(folder, name, files);
        rmSync(join(folder, name), { recursive: true });
        return medium.trace.filter((step) => step.startsWith(`${at} `)).length;
      })();
      expect(calls).toBeGreaterThan(0);
      for (let nth = 1; nth <= calls; nth += 1) {
        let seen = 0;
        medium.fails = (call) => (call === at && (seen += 1) === nth ? 'EIO' : null);
        expect(refusalOf(() => writeBundle(folder, name, files))).toMatchObject({ rule: 'MEDIA-WORKS', code: 'EIO' });
        expect(readdirSync(folder)).toEqual([]);
      }
    },
  );

  it('by being pulled out: what could not be taken off again is named', () => {
    medium.fails = (call) => (call === 'sync' || call === 'unlink' ? 'ENODEV' : null);
    const refusal = refusalOf(() => writeBundle(folder, name, files));
    expect(refusal).toMatchObject({ rule: 'MEDIA-WORKS', code: 'ENODEV' });
    expect(refusal?.cause).toContain(join(folder, name, 'keys/a/blob.byok'));
  });

  it('when it is looked at or cleared afterwards', () => {
    const written = writeBundle(folder, name, files);
    medium.fails = (call) => (call === 'read' || call === 'unlink' ? 'EIO' : null);
    expect(refusalOf(() => bundleState(folder, name, written))).toMatchObject({ rule: 'MEDIA-WORKS', code: 'EIO' });
    const paths = written.map(({ path }) => path);
    expect(refusalOf(() => removeBundle(folder, name, paths))).toMatchObject({ rule: 'MEDIA-WORKS', code: 'EIO' });
  });
});
