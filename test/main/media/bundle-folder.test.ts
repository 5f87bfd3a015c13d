import { execFileSync } from 'node:child_process';
import type * as FileSystem from 'node:fs';
import { rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { layout } from '../../../app/bundle/layout.ts';
import { readBundle } from '../../../main/media/bundle-folder.ts';
import { sampleBundle } from '../../app/bundle/sample-bundle.ts';
import { putFiles } from '../../support/put-files.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { scratchFolder } from '../../support/token.ts';

/** What is done to the medium just before a file is opened, between the two looks at it: no test is fast enough by itself. */
const between = vi.hoisted(() => ({ act: (): void => undefined }));
vi.mock(import('node:fs'), async (original): Promise<typeof FileSystem> => {
  const real = await original();
  const openSync: typeof real.openSync = (path, ...rest) => {
    if (String(path).endsWith('UPLOAD.md')) between.act();
    return real.openSync(path, ...rest);
  };
  return { ...real, openSync };
});

const scratch = scratchFolder();
let bundle: string;

const { folder, files } = sampleBundle();

beforeEach(() => {
  between.act = () => undefined;
  rmSync(join(scratch.folder, folder), { recursive: true, force: true });
  bundle = putFiles(join(scratch.folder, folder), files);
});
afterAll(() => scratch.remove());

describe('a file that is another by the time it is read', () => {
  const upload = (): string => join(bundle, layout.upload);
  const instead = (put: () => void) => () => {
    rmSync(upload());
    put();
  };

  const putHuge = (path: string): void => {
    writeFileSync(path, '');
    truncateSync(path, 2 ** 27);
  };

  it.each<[string, () => void]>([
    ['a pipe', instead(() => execFileSync('mkfifo', [upload()]))],
    ['larger than anything that is read', instead(() => putHuge(upload()))],
  ])('is refused as %s', (_, act) => {
    between.act = act;
    expect(ruleOf(() => readBundle(bundle))).toBe('BUNDLE-PLAIN-FILES');
  });

  it('is read as it is, where nothing happened to it', () => {
    expect(readBundle(bundle).files).toEqual(files);
  });

  it('is not followed as a link', () => {
    between.act = instead(() => symlinkSync('/etc/passwd', upload()));
    expect(() => readBundle(bundle)).toThrow(/ELOOP/u);
  });
});
