import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExtract } from '../../../app/audit/extract.ts';
import { layout, publicKeyOf } from '../../../app/bundle/layout.ts';
import { sealsIn } from '../../../app/bundle/seals.ts';
import { hexGroups, pgpWords } from '../../../app/keys/fingerprint.ts';
import { application, sha256, withLog, withManifest } from '../../app/bundle/bundle-maker.ts';
import { sampleBundle, sampleEvents } from '../../app/bundle/sample-bundle.ts';
import { toldIn } from '../../../app/bundle/told-events.ts';
import { flipBit } from '../../support/checked-bundle.ts';
import { verifierPath } from '../../support/paper.ts';
import { putFiles } from '../../support/put-files.ts';
import { runCli } from '../../support/rehearsal.ts';
import { scratchFolder } from '../../support/token.ts';

// What both verifiers print, to the byte, of a bundle that lies in test/golden as it was written once: whoever changes a line changes what
// auditors' scripts read, and a later version still has to check it. `KEYFERRY_GOLDEN=output`
// writes anew what they print, `KEYFERRY_GOLDEN=bundle` the bundle too, which only a new format of the record calls for.

const here = join(import.meta.dirname, '..', '..', 'golden');
const generator = 'Keyferry 0.0.1';
const anew = process.env['KEYFERRY_GOLDEN'];
const scratch = scratchFolder();
let bundle: string;

/** By an earlier version, so that what only that one can tell is left to the reader. */
function writeBundle(): void {
  const { folder, files } = sampleBundle();
  const [opened, ...events] = sampleEvents();
  const told = withLog(files, [{ ...opened, application: generator }, ...events]);
  rmSync(join(here, folder), { recursive: true, force: true });
  putFiles(join(here, folder), withManifest(told, { generator }));
}

beforeAll(() => {
  if (anew === 'bundle') writeBundle();
  bundle = join(here, sampleBundle().folder);
});
afterAll(() => scratch.remove());

const hashOf = (path: string): string => hexGroups(sha256(readFileSync(join(bundle, path)))).join(' ');
/** Its log as it is, one of its files with a bit flipped, and what a reader may have from the paper. */
const cases: Readonly<Record<string, () => { readonly top: string; readonly args: readonly string[] }>> = {
  sound: () => ({ top: bundle, args: [] }),
  'as-on-paper': () => ({
    top: bundle,
    args: [
      '--checkpoint',
      checkpoint(),
      '--manifest-sha256',
      hashOf(layout.manifest),
      '--log-key',
      join(bundle, publicKeyOf('log')),
    ],
  }),
  'another-on-paper': () => ({ top: bundle, args: ['--checkpoint', `${checkpoint().split(' ')[0] ?? ''} cowbell stethoscope`, '--manifest-sha256', hashOf(layout.plan), '--log-key-sha256', hashOf(layout.log)] }), // prettier-ignore
  'later-on-paper': () => ({ top: bundle, args: ['--checkpoint', '999 cowbell stethoscope'] }),
  'changed-upload-sheet': () => ({ top: changed(layout.upload), args: [] }),
  'changed-log': () => ({ top: changed(layout.log), args: [] }),
  'changed-manifest': () => ({ top: changed(layout.manifest), args: [] }),
};

/** The last one of its log, as people write it. */
function checkpoint(): string {
  const { size = 0, root = '' } =
    sealsIn(toldIn(parseExtract(readFileSync(join(bundle, layout.log))))).checkpoints.at(-1) ?? {};
  const words = pgpWords(Buffer.from(root, 'hex'));
  return `${size} ${words[0] ?? ''} ${words.at(-1) ?? ''}`;
}

function changed(path: string): string {
  const top = join(scratch.folder, sampleBundle().folder);
  rmSync(top, { recursive: true, force: true });
  cpSync(bundle, top, { recursive: true });
  flipBit(join(top, path));
  return top;
}

describe.each(['application', 'python'] as const)('what the verifier of the %s prints', (which) => {
  it.each(Object.entries(cases))('of a bundle: %s', (name, make) => {
    const { top, args } = make();
    const { code, stdout } =
      which === 'application' ? runCli('verify', [top, ...args]) : python(['-I', verifierPath, top, ...args]);
    const said = `${stdout.replaceAll(application, 'THIS VERSION')}exit ${code}\n`;
    const file = join(here, which, `${name}.txt`);
    if (anew === 'output' || anew === 'bundle') {
      mkdirSync(join(here, which), { recursive: true });
      writeFileSync(file, said);
    }
    expect(existsSync(file)).toBe(true);
    expect(said).toBe(readFileSync(file, 'utf8'));
  });
});

function python(args: readonly string[]): { readonly code: number | null; readonly stdout: string } {
  const { status, stdout } = spawnSync('python3', [...args], { encoding: 'utf8' });
  return { code: status, stdout };
}
