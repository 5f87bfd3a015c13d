import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layout, publicKeyOf } from '../../../app/bundle/layout.ts';
import { sealsIn } from '../../../app/bundle/seals.ts';
import { toldIn } from '../../../app/bundle/told-events.ts';
import { pgpWords } from '../../../app/keys/fingerprint.ts';
import { sampleLog, sha256 } from '../../app/bundle/bundle-maker.ts';
import { foreignBundle, sampleBundle, sampleEvents } from '../../app/bundle/sample-bundle.ts';
import { verifierPath } from '../../support/paper.ts';
import { putFiles } from '../../support/put-files.ts';
import { scratchFolder } from '../../support/token.ts';

// Two programs that an auditor may have at hand: whatever is typed, and whatever lies there, both end with the same code.

const program = fileURLToPath(new URL('../../../main/cli/verify.ts', import.meta.url));
const scratch = scratchFolder();
const sample = sampleBundle();
let bundle: string;

beforeAll(() => {
  bundle = putFiles(join(scratch.folder, sample.folder), sample.files);
});
afterAll(() => scratch.remove());

/** How each of them ends: the application, and Python. */
const codes = (...args: string[]): (number | null)[] =>
  [
    [process.execPath, program],
    ['python3', '-I', verifierPath],
  ].map(([command = '', ...before]) => spawnSync(command, [...before, ...args], { timeout: 60_000 }).status);
const both = (code: number): number[] => [code, code];

const { size = 0, root = '' } = sealsIn(toldIn(sampleLog(sampleEvents()))).checkpoints[1] ?? {};
const words = pgpWords(Buffer.from(root, 'hex'));
const [first, last] = [words[0] ?? '', words.at(-1) ?? ''];
const manifest = sha256(sample.files.get(layout.manifest) ?? '');

describe('what is typed from the paper', () => {
  it.each<[string, string, number]>([
    ['as it is printed', `${size} ${first} … ${last}`, 0],
    ['with three full stops, in capitals', `${size} ${first} ... ${last}`.toUpperCase(), 0],
    ['close together', `${size} ${first}…${last}`, 0],
    ['with white space of every kind', `\u0085${size}\u00a0${first}\u2003${last}\ufeff\n`, 0],
    ['with dots elsewhere', `${size} … ${first} ${last}…`, 0],
    ['with another word', `${size} ${first} ${first}`, 1],
    ['of a later line', `9999 ${first} ${last}`, 2],
    ['with a leading zero', `0${size} ${first} ${last}`, 2],
    ['over nothing', `0 ${first} ${last}`, 2],
    ['with a word too many', `${size} ${first} ${last} ${last}`, 2],
    ['with a number for a word', `${size} ${first} 7`, 2],
    ['in other digits', `${size} ${first} ${last}`.replace(/\d/u, '٣'), 2],
    ['empty', '', 2],
  ])('is a checkpoint: %s', (_, text, code) => {
    expect(codes(bundle, '--checkpoint', text)).toEqual(both(code));
  });

  it.each<[string, string, number]>([
    ['in groups of capitals', manifest.toUpperCase().replaceAll(/.{4}/gu, '$& '), 0],
    ['with white space of every kind', manifest.replaceAll(/.{8}/gu, '$&\u0085\u001c\ufeff\u3000'), 0],
    ['of something else', sha256('x'), 1],
    ['cut short', manifest.slice(1), 2],
    ['with a prefix', `sha256:${manifest}`, 2],
  ])('is a hash: %s', (_, text, code) => {
    expect(codes(bundle, '--manifest-sha256', text)).toEqual(both(code));
  });

  it('is given once', () => {
    expect(codes(bundle, '--manifest-sha256', manifest, '--manifest-sha256', manifest)).toEqual(both(2));
    expect(codes(bundle, '--checkpoint', `${size} ${first} ${last}`, `--checkpoint=9 a b`)).toEqual(both(2));
    expect(codes(bundle, bundle)).toEqual(both(2));
    expect(codes(bundle, '--clock', 'now')).toEqual(both(2));
    expect(codes()).toEqual(both(2));
  });
});

describe('the key of a log, as a file', () => {
  const pem = (): string => readFileSync(join(bundle, publicKeyOf('log')), 'utf8');
  it.each<[string, (text: string) => string, number]>([
    ['as it lies in the bundle', (text) => text, 0],
    ['with the line ends of another system', (text) => text.replaceAll('\n', '\r\n'), 0],
    ['in one line, with space around', (text) => ` \n${text.replace(/(?<=[A-Za-z0-9+/])\n(?=[A-Za-z0-9+/])/gu, '')}\t\n`, 0], // prettier-ignore
    ['with words before it', (text) => `The key:\n${text}`, 2],
    ['twice', (text) => `${text}${text}`, 2],
    ['under another name', (text) => text.replaceAll('PUBLIC KEY', 'RSA PUBLIC KEY'), 2],
    ['with a mark of UTF-8', (text) => `\ufeff${text}`, 2],
    ['with a digit changed, so that it is no base64', (text) => text.replace('MFk', 'M-k'), 2],
    ['cut short', (text) => text.slice(0, 60), 2],
  ])('is read alike: %s', (_, change, code) => {
    const file = join(scratch.folder, 'given.pem');
    writeFileSync(file, change(pem()));
    expect(codes(bundle, '--log-key', file)).toEqual(both(code));
  });

  it('is there', () => {
    expect(codes(bundle, '--log-key', join(scratch.folder, 'none.pem'))).toEqual(both(2));
  });
});

describe('what lies there', () => {
  const copied = (name: string, change: (top: string) => void): string => {
    const top = join(scratch.folder, name, sample.folder);
    cpSync(bundle, top, { recursive: true });
    change(top);
    return top;
  };
  it.each<[string, () => string, number]>([
    ['nothing', () => join(scratch.folder, 'nothing'), 2],
    ['a folder without a manifest', () => copied('bare', (top) => rmSync(join(top, layout.manifest))), 2],
    ['a folder whose manifest is a folder', () => copied('odd', (top) => { rmSync(join(top, layout.manifest)); mkdirSync(join(top, layout.manifest)); }), 1], // prettier-ignore
    ['a link to a bundle', () => { symlinkSync(bundle, join(scratch.folder, 'link')); return join(scratch.folder, 'link'); }, 0], // prettier-ignore
    ['a bundle with a name that is no text', () => copied('name', (top) => writeFileSync(Buffer.concat([Buffer.from(`${top}/keys/`), Buffer.from([0xff])]), '')), 1], // prettier-ignore
    ['a bundle for a destination of a later version', () => { const { folder, files } = foreignBundle(); return putFiles(join(scratch.folder, 'foreign', folder), files); }, 2], // prettier-ignore
  ])('is judged alike: %s', (_, make, code) => {
    expect(codes(make())).toEqual(both(code));
  });
});
