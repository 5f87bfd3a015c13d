import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseManifest } from '../../../app/bundle/manifest.ts';
import type { InboundReading } from '../../../app/byok/format.ts';
import { formatFor } from '../../../app/byok/registry.ts';
import { parsePlan } from '../../../app/ceremony/plan.ts';
import { alibabaCloud } from '../../support/clouds/alibaba-kms.ts';
import type { Cloud } from '../../support/clouds/cloud.ts';
import { googleCloudKmsCloud } from '../../support/clouds/google-cloud-kms.ts';
import { ociVaultCloud } from '../../support/clouds/oci-vault.ts';
import { tencentCloud } from '../../support/clouds/tencent-kms.ts';
import { vaultTransitCloud } from '../../support/clouds/vault-transit.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { Desk, runCli } from '../../support/rehearsal.ts';
import { scratchFolder } from '../../support/token.ts';

const checkout = join(import.meta.dirname, '..', '..', '..');
const textOf = (path: string): string => readFileSync(join(checkout, path), 'utf8');
const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
const planFile = join(checkout, 'resources/samples/four-clouds/plan.json');
const { plan } = parsePlan(bytesOf(planFile));

/** What the page has the desk type for the sheet: two functions, a line for each form, and the lines for Azure's JSON. */
const page = textOf('docs/online-desk.md');
const [definitions = '', lines = '', ofAzure = '', ...others] = [...page.matchAll(/^```sh\n(.*?)^```$/gmsu)]
  .map(([, block = '']) => block)
  .filter((block) => block.includes('fingerprint') && !block.startsWith('az '));
const commands = lines.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** The fingerprint of a wrapping key as it is read aloud, by Node. */
const groupsOf = (spki: Uint8Array): string =>
  (createHash('sha256').update(spki).digest('hex').toUpperCase().match(/.{4}/gu) ?? []).join(' ');

/** Media A of the sample, as the page lays it out: folder and file. */
const layout = [...page.matchAll(/^ {2}(payroll-\w+)\/ +(\S+)$/gmu)].map(([, id = '', name = '']) => ({ id, name }));

let scratch: ReturnType<typeof scratchFolder>;
let desk: Desk;
/** What the maker of the sample printed. */
let printed: string;
/** What Keyferry reads in the folder of each key of the sample. */
let readings: readonly InboundReading[];
/** The wrapping key in each folder of media A, and in kek.pem. */
const keys = new Map<string, Uint8Array>();

/** Lays out what another cloud hands out, under the name that the page gives the file. */
function bring(folder: string, cloud: Cloud, file: string): void {
  const pair = makePair('rsa-4096');
  const order = { spec: 'rsa-2048', option: 'rsa-oaep-4096-sha256-aes-256', name: folder } as const;
  const [content = ''] = Object.values(cloud.handOut(pair, order, new Date(Date.now() + 3_600_000)).files);
  desk.bring(folder, file, content);
  keys.set(folder, pair.spki);
}

beforeAll(() => {
  scratch = scratchFolder();
  desk = new Desk(scratch.folder);
  const made = spawnSync(process.execPath, [join(checkout, 'scripts/sample-media.mjs'), desk.inbound], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    encoding: 'utf8',
  });
  expect([made.stderr, made.status]).toEqual(['', 0]);
  printed = made.stdout;
  readings = plan.keys.map(({ destination }, index) => {
    const { id, name } = layout[index] ?? expect.unreachable('the page lays out a folder for each key');
    const room = { nowIso: new Date().toISOString(), uploadMarginHours: plan.uploadMarginHours };
    const bytes = bytesOf(join(desk.inbound, id, name));
    const reading = formatFor(destination).readInbound([{ name, bytes }], destination, room);
    keys.set(id, reading.kek.spki);
    return reading;
  });
});

afterAll(() => scratch.remove());

describe('the sample of four clouds', () => {
  it('has on media A, as docs/online-desk.md lays it out, a file for each key that Keyferry takes', () => {
    expect(layout.map(({ id }) => id)).toEqual(plan.keys.map(({ id }) => id));
    expect(readings.flatMap(({ notices }) => notices)).toEqual([]);
  });

  it('is rehearsed without a window, under the wrapping keys whose fingerprints were printed', () => {
    const places = ['--inbound', desk.inbound, '--outbound', desk.outbound, '--profile', desk.profile];
    const run = runCli('rehearse', ['--plan', planFile, ...places]);
    expect(run.stderr.split('\n').filter((line) => line.startsWith('refused'))).toEqual([]);
    const { bundle } = JSON.parse(run.stdout) as { bundle: string };
    const manifest = parseManifest(bytesOf(join(bundle, 'MANIFEST.json')));
    expect(manifest.keys.map(({ destination }) => destination.type)).toEqual(plan.keys.map(({ destination }) => destination.type)); // prettier-ignore
    const flat = printed.replaceAll(/\s+/gu, ' ');
    for (const { id, kek } of manifest.keys) {
      const groups = kek.spkiSha256.toUpperCase().match(/.{4}/gu) ?? [];
      expect([id, new RegExp(`/${id}/\\S+ ${groups.join(' ')}`, 'u').test(flat)]).toEqual([id, true]);
    }
    const verified = runCli('verify', [bundle]);
    expect([verified.stderr, verified.stdout.match(/^broken .*/gmu), verified.code]).toEqual(['', null, 0]);
  });
});

describe('docs/online-desk.md', () => {
  /** What a POSIX shell prints for a command of the page, in the folder of media A. */
  const typed = (command: string): { readonly status: number | null; readonly groups: string } => {
    const { status, stdout } = spawnSync('sh', ['-c', `${definitions}${command}`], { cwd: desk.inbound, encoding: 'utf8' }); // prettier-ignore
    return { status, groups: stdout };
  };
  const rows = (spki: Uint8Array): string =>
    groupsOf(spki)
      .replace(/^(.{39}) /u, '$1\n')
      .concat('\n');

  beforeAll(() => {
    bring('payroll-google', googleCloudKmsCloud, 'import-job.json');
    bring('payroll-oci', ociVaultCloud, 'wrapping-key.json');
    bring('payroll-vault', vaultTransitCloud, 'wrapping-key.json');
    bring('payroll-alibaba', alibabaCloud, 'parameters.json');
    bring('payroll-tencent', tencentCloud, 'parameters.json');
    const { spki } = makePair('rsa-3072');
    writeFileSync(join(desk.inbound, 'kek.pem'), openssl(['pkey', '-pubin', '-inform', 'DER'], spki));
    keys.set('kek.pem', spki);
    writeFileSync(join(desk.inbound, 'payroll-aws', 'WrappingPublicKey.bin'), keys.get('payroll-aws') ?? '');
  });

  it('has commands that print the fingerprint of every form as the window reads it', () => {
    const seen = new Set<string>();
    for (const command of [...commands, ofAzure]) {
      const [place = ''] = /payroll-\w+|kek\.pem/u.exec(command) ?? [];
      seen.add(place);
      const spki = keys.get(place) ?? expect.unreachable(`nothing lies at ${place}`);
      expect([command, typed(command)]).toEqual([command, { status: 0, groups: rows(spki) }]);
    }
    const alike = ['payroll-alibaba', 'payroll-tencent'];
    expect([...seen, ...alike].toSorted()).toEqual([...keys.keys()].toSorted());
    expect(others).toEqual([]);
    const [ofAws = ''] = commands;
    for (const place of alike) {
      const command = ofAws.replace('payroll-aws', place);
      expect([place, typed(command).groups]).toEqual([place, rows(keys.get(place) ?? new Uint8Array())]);
    }
  });

  it('has commands that print no groups for what is no public key', () => {
    mkdirSync(join(desk.inbound, 'payroll-none'));
    writeFileSync(
      join(desk.inbound, 'payroll-none', 'parameters.json'),
      Buffer.from('\ufeff{"PublicKey":"AA"}', 'utf16le'),
    );
    for (const command of commands.filter((line) => !line.includes('<'))) {
      const { status, groups } = typed(command.replace(/payroll-\w+\/[\w.-]+/u, 'payroll-none/parameters.json'));
      expect([command, groups, status === 0]).toEqual([command, '', false]);
    }
  });

  it('shows the groups and the words of the sheet of the first rehearsal', () => {
    const sheet = textOf('resources/samples/SHEET.md');
    const [, example = ''] = /^```\n((?:[0-9A-F ]{39}\n){2})```$/mu.exec(page) ?? [];
    expect(sheet).toContain(example.trim());
    const [, group = '', words = ''] = /`([0-9A-F]{4})` is "([a-z ]+)"/u.exec(page) ?? [];
    expect([example.startsWith(group), sheet.includes(`\n${words} `)]).toEqual([true, true]);
  });

  it.each(['online-desk.md', 'plan.md'])('links to files and headings that are there, as does %s', (name) => {
    const links = [...textOf(`docs/${name}`).matchAll(/\]\(([^)#]+)(?:#([^)]*))?\)/gu)];
    for (const [, target = '', heading] of links) {
      const file = join(checkout, 'docs', target);
      expect([target, existsSync(file)]).toEqual([target, true]);
      if (heading === undefined) continue;
      const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gmu)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-')); // prettier-ignore
      expect(headings).toContain(heading);
    }
  });
});
