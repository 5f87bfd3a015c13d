import { spawnSync } from 'node:child_process';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { UploadSheet } from '../../../app/bundle/upload-content.ts';
import { uploadMarkdown } from '../../../app/bundle/upload-md.ts';
import { sheetOf } from '../../../app/bundle/upload-sheet.ts';
import { formatFor, type Destination } from '../../../app/byok/registry.ts';
import { supportMatrix } from '../../../app/byok/support-matrix.ts';
import { clouds } from '../../support/clouds/index.ts';
import { commandsOf } from '../../support/upload-shell.ts';

/** Every way of every service, each by the first and the last spec that goes by it. */
const keys = clouds.flatMap((cloud) =>
  supportMatrix[cloud.type].flatMap(({ option, kekBits, specs, wrap }, row) =>
    [...specs.slice(0, 1), ...specs.slice(-1)].map((spec, place) => {
      const id = `k-${cloud.type}-${row}-${place}`;
      const planned = cloud.destination({ spec, option, name: id }) as Destination;
      return {
        keyId: id,
        spec,
        destination: parse(formatFor(planned).schema, planned),
        kek: { id: null, bits: Math.max(...kekBits) },
        wrap: { method: wrap.method, oaepHash: wrap.oaepHash },
        deadline: null,
      };
    }),
  ),
);

const sheetWith = (after: 'destroy' | 'keep'): UploadSheet =>
  sheetOf({
    ceremony: '2026-11-23-7f3a9c',
    title: 'Every cloud',
    mode: 'production',
    createdAt: '2026-11-23T14:07:32Z',
    notices: [],
    keys: keys.map((key) => ({ ...key, after })),
  });

describe('the upload to every service in every way', () => {
  const sheet = sheetWith('destroy');
  const commands = sheet.keys.flatMap(({ section }) => commandsOf(section));

  it('has commands that a POSIX shell reads, and none that wants a folder or a name filled in', () => {
    const scripts = [...new Set(commands.map(({ posix }) => posix))];
    const read = spawnSync('sh', ['-n'], { input: scripts.join('\n'), encoding: 'utf8' });
    expect([read.stderr, read.status]).toEqual(['', 0]);
    for (const { posix, powershell } of commands) expect(`${posix}${powershell}`).not.toMatch(/<[a-z]|…/iu);
  });

  it('names what the computer needs, and how to sign in', () => {
    for (const { id, section } of sheet.keys) {
      expect([id, section.tools.length > 0, section.signIn.length > 0]).toEqual([id, true, true]);
    }
  });

  it('leaves every name with an underscore findable in the bare text', () => {
    expect(uploadMarkdown(sheet).match(/\S*\\_\S*/gu)).toBeNull();
  });

  it('promises nothing of a key that the HSM no longer holds', () => {
    const said = (after: 'destroy' | 'keep'): string =>
      JSON.stringify(sheetWith(after).keys.map(({ section }) => [section.warnings, section.failures, section.checks]));
    for (const promise of [/the HSM still holds/u, /by the HSM and by/u, /Let the HSM/u]) {
      expect(said('keep')).toMatch(promise);
      expect(said('destroy')).not.toMatch(promise);
    }
  });
});
