import { spawnSync } from 'node:child_process';
import { createCipheriv, createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseManifest, type Manifest, type ManifestKey } from '../../../app/bundle/manifest.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { bringOnly, changed, type Files } from '../../support/carry-ins.ts';
import { uuidOf } from '../../support/clouds/aws-kms.ts';
import { kidOf } from '../../support/clouds/azure-key-vault.ts';
import type { Cloud, CloudKek, Handout, Order } from '../../support/clouds/cloud.ts';
import { clouds } from '../../support/clouds/index.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { Desk, runCli, type Run } from '../../support/rehearsal.ts';
import { scratchFolder } from '../../support/token.ts';
import { fewPeople, planWith } from '../../support/walk.ts';
import { zipOf } from '../../support/zip.ts';

const hour = 3_600_000;
const now = Math.floor(Date.now() / 1000) * 1000;

const pem = (spki: Uint8Array): string => Buffer.from(openssl(['pkey', '-pubin', '-inform', 'DER'], spki)).toString();
const inLines = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replaceAll(/.{64}/gu, '$&\r\n');
const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
const pretty = (text: string): string => `${JSON.stringify(JSON.parse(text), null, 2)}\n`;
/** As PowerShell 5 writes what a command prints. */
const utf16 = (text: string): Uint8Array => Buffer.from(`\ufeff${crlf(pretty(text))}`, 'utf16le');
const asPem = ({ kek }: Given): Files => ({ 'wrapping-key.pem': pem(kek.spki) });

function kidIn({ files }: Given): string {
  const { key } = JSON.parse(String(files['kek.json'])) as { key: { kid: string } };
  return key.kid;
}

function pairOfExponent3(): CloudKek {
  const options = ['rsa_keygen_bits:2048', 'rsa_keygen_pubexp:3'].flatMap((option) => ['-pkeyopt', option]);
  const pkcs8 = openssl(['genpkey', '-algorithm', 'RSA', ...options, '-outform', 'DER']);
  return { pkcs8, spki: openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], pkcs8) };
}

/** What a cloud gave for a key, to be written in another form. */
interface Given extends Pick<Handout, 'files' | 'importToken'> {
  readonly kek: CloudKek;
  /** The key's id at AWS and Huawei. */
  readonly uuid: string;
}

/** Files of both consoles: the older names have key id and time in them. */
function consoleFiles({ kek, importToken }: Given, stamp: string | null, readme: string): Files {
  const names = stamp === null ? ['WrappingPublicKey.bin', 'ImportToken.bin'] : [`wrappingKey_${stamp}`, `importToken_${stamp}`]; // prettier-ignore
  return { [names[0] ?? '']: kek.spki, [names[1] ?? '']: importToken ?? '', [readme]: 'Wrapping algorithm: any' };
}

const zipped = (name: string, files: Files): Files => ({
  [name]: zipOf(Object.entries(files).map(([entry, content]) => ({ name: entry, content: Buffer.from(content) }))),
});
const withIsoTime = (text: string): string =>
  text.replace(/(?<="ParametersValidTo": )[\d.]+/u, (time) => `"${new Date(Number(time) * 1000).toISOString().slice(0, 19)}+00:00"`); // prettier-ignore

/** One form in which a cloud's answer comes in: hours until it ends, the notices that it brings, and its files. */
type Form = readonly [id: string, type: Cloud['type'], ends: number | null, notices: readonly string[], files: (given: Given) => Files]; // prettier-ignore

// prettier-ignore
const forms: readonly Form[] = [
  ['aws-json', 'aws-kms', 3, [], ({ files }) => files],
  ['aws-utf16', 'aws-kms', 4, ['INBOUND-TEXT-ENCODING'], ({ files }) => changed((text) => utf16(withIsoTime(text)))(files)],
  ['aws-zip', 'aws-kms', null, ['IMPORT-DEADLINE-KNOWN'], (given) => zipped(`Import_Parameters_${given.uuid}_20261124140700.zip`, consoleFiles(given, null, 'README.txt'))],
  ['aws-older-zip', 'aws-kms', null, ['IMPORT-DEADLINE-KNOWN'], (given) => zipped('ImportParameters.zip', consoleFiles(given, `${given.uuid}_0809092909`, `README_${given.uuid}_0809092909.txt`))],
  ['aws-unpacked', 'aws-kms', null, ['IMPORT-DEADLINE-KNOWN'], (given) => consoleFiles(given, null, 'README.txt')],
  ['aws-older-unpacked', 'aws-kms', null, ['IMPORT-DEADLINE-KNOWN'], (given) => consoleFiles(given, `${given.uuid}_0809092909`, `README_${given.uuid}_0809092909.txt`)],
  ['huawei-json', 'huawei-kms', 5, [], ({ files }) => changed((text) => crlf(pretty(text)))(files)],
  ['huawei-raw', 'huawei-kms', null, ['IMPORT-DEADLINE-KNOWN'], (given) => consoleFiles(given, `${given.uuid}_20261124140700`, `README_${given.uuid}_20261124140700.txt`)],
  ['huawei-base64', 'huawei-kms', null, ['KEK-EXPONENT-USUAL', 'IMPORT-DEADLINE-KNOWN'], ({ kek, importToken }) => ({ 'first.txt': inLines(kek.spki), 'second.txt': inLines(importToken ?? kek.spki) })],
  ['ibm-marked', 'ibm-key-protect', 6, [], ({ files }) => changed((text) => `\ufeff${text}`)(files)],
  ['google-utf16', 'google-cloud-kms', 7, ['INBOUND-TEXT-ENCODING'], ({ files }) => changed(utf16)(files)],
  ['oci-cli', 'oci-vault', null, [], ({ files }) => files],
  ['oci-api', 'oci-vault', null, [], ({ kek }) => ({ 'key.json': JSON.stringify({ publicKey: pem(kek.spki), lifecycleState: 'ENABLED' }) })],
  ['oci-pem', 'oci-vault', null, [], asPem],
  ['vault-answer', 'vault-transit', null, [], ({ files }) => changed((text) => `\ufeff${crlf(text)}`)(files)],
  ['vault-data', 'vault-transit', null, [], ({ kek }) => ({ 'key.json': JSON.stringify({ public_key: pem(kek.spki) }) })],
  ['vault-pem', 'vault-transit', null, [], (given) => changed(crlf)(asPem(given))],
  ['alibaba-crlf', 'alibaba-kms', 8, [], ({ files }) => changed((text) => crlf(pretty(text)))(files)],
  ['alibaba-soon', 'alibaba-kms', 1.2, ['IMPORT-TOKEN-IN-FORCE'], ({ files }) => files],
  ['tencent-envelope', 'tencent-kms', 9, [], ({ files }) => files],
  ['tencent-bare', 'tencent-kms', 10, [], ({ files }) => changed((text) => JSON.stringify((JSON.parse(text) as { Response: object }).Response))(files)],
  ['azure-json', 'azure-key-vault', null, [], ({ files }) => files],
  ['azure-pem', 'azure-key-vault', null, ['AZURE-KEK-METADATA-SEEN'], (given) => ({ ...asPem(given), 'kid.txt': `${kidIn(given)}\r\n` })],
  ['azure-both', 'azure-key-vault', null, [], (given) => ({ ...given.files, ...asPem(given) })],
];

const specs: Readonly<Partial<Record<Cloud['type'], KeySpec>>> = { 'google-cloud-kms': 'ec-p256', 'azure-key-vault': 'ec-p256' }; // prettier-ignore
const options: Readonly<Partial<Record<Cloud['type'], string>>> = {
  'google-cloud-kms': 'rsa-oaep-3072-sha256-aes-256',
  'oci-vault': 'RSA_OAEP_SHA256',
  'vault-transit': 'SHA256',
};
/** Destinations whose keys go to one place here, so that they have one wrapping key. */
const shared: Readonly<Partial<Record<Cloud['type'], CloudKek>>> = {
  'azure-key-vault': makePair('rsa-2048'),
  'google-cloud-kms': makePair('rsa-3072'),
  'ibm-key-protect': makePair('rsa-4096'),
  'oci-vault': makePair('rsa-4096'),
  'vault-transit': makePair('rsa-4096'),
};

/** A key that a cloud takes: what the desk brings for it, and what opens it afterwards. */
interface Carried {
  readonly cloud: Cloud;
  readonly order: Order;
  readonly kek: CloudKek;
  readonly handout: Handout;
}

function carried(type: Cloud['type'], order: Order, ends: Date, kek: CloudKek): Carried {
  const cloud = clouds.find((each) => each.type === type) ?? expect.unreachable(`there is no ${type}`);
  return { cloud, order, kek, handout: cloud.handOut(kek, order, ends) };
}

const plannedKey = ({ cloud, order }: Carried): object => ({
  id: order.name,
  spec: order.spec,
  source: 'generate',
  after: 'destroy',
  destination: cloud.destination(order),
});

interface Bundle {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The bundle that one line of JSON on standard output names. */
function bundleOf({ code, stdout, stderr }: Run): Bundle {
  expect(stderr.split('\n').filter((line) => line.startsWith('refused'))).toEqual([]);
  expect(code).toBe(0);
  const [line = '', ...more] = stdout.trimEnd().split('\n');
  expect(more).toEqual([]);
  const { bundle } = JSON.parse(line) as { bundle: string };
  return { folder: bundle, manifest: parseManifest(new Uint8Array(readFileSync(join(bundle, 'MANIFEST.json')))) };
}

/** What the cloud opens is the key that the manifest tells of. */
function checkOpens({ folder }: Bundle, key: ManifestKey, { cloud, order, kek, handout }: Carried): void {
  const delivered = (name: string) => new Uint8Array(readFileSync(join(folder, 'keys', key.id, name)));
  const payload = cloud.open(delivered, kek, order, handout, key.wrap);
  if (key.publicKey !== null) {
    const spki = openssl(['pkey', '-inform', 'DER', '-pubout', '-outform', 'DER'], payload);
    expect(key.publicKey.spkiSha256).toBe(createHash('sha256').update(spki).digest('hex'));
    return;
  }
  expect(payload).toHaveLength(32);
  const block = createCipheriv('aes-256-ecb', payload, null).update(new Uint8Array(16));
  expect(key.keyCheckValues).toEqual([{ method: 'aes-ecb-zero-block', value: block.toString('hex', 0, 3).toUpperCase() }]); // prettier-ignore
}

describe('a rehearsal takes every form that a cloud gives', () => {
  let scratch: ReturnType<typeof scratchFolder>;
  let run: Run;
  let bundle: Bundle;
  const keys = forms.map(([id, type, ends]) => {
    const order = { spec: specs[type] ?? 'aes-256', option: options[type] ?? 'RSAES_OAEP_SHA_256', name: id } as const;
    const kek = shared[type] ?? (id === 'huawei-base64' ? pairOfExponent3() : makePair('rsa-2048'));
    return carried(type, order, new Date(now + (ends ?? 20) * hour), kek);
  });
  const fileOf = (path: string): string => readFileSync(join(bundle.folder, path), 'utf8');
  const carriedOf = (index: number): Carried => keys[index] ?? expect.unreachable('one for each form');

  beforeAll(() => {
    scratch = scratchFolder();
    const desk = new Desk(scratch.folder);
    desk.plan(planWith(keys.map(plannedKey), { ...fewPeople, uploadMarginHours: 1 }));
    for (const [index, [id, type, , , files]] of forms.entries()) {
      const { kek, handout } = carriedOf(index);
      // Every cloud may put a README beside its files, but Azure.
      const readme: Files = type === 'azure-key-vault' ? {} : { 'README.txt': 'Dear desk' };
      bringOnly(desk, id, { ...readme, ...files({ ...handout, kek, uuid: uuidOf(id) }) });
    }
    run = desk.rehearse();
    bundle = bundleOf(run);
  });

  afterAll(() => scratch.remove());

  it('and makes of it what the cloud opens, with its wrapping key and its deadline in the manifest', () => {
    expect(bundle.manifest.keys.map(({ id }) => id)).toEqual(forms.map(([id]) => id));
    for (const [index, key] of bundle.manifest.keys.entries()) {
      const { kek, cloud, order } = carriedOf(index);
      const { keyId, instance, importJob } = cloud.destination(order);
      const ends = forms[index]?.[2] ?? null;
      expect([key.id, key.kek.spkiSha256, key.kek.id, key.deadline]).toEqual([
        order.name,
        createHash('sha256').update(kek.spki).digest('hex'),
        keyId ?? instance ?? importJob ?? (cloud.type === 'azure-key-vault' ? kidOf(order) : null),
        ends === null ? null : `${new Date(now + ends * hour).toISOString().slice(0, 19)}Z`,
      ]);
      checkOpens(bundle, key, carriedOf(index));
    }
  });

  it('and says of each key what the people should know: on stderr, in UPLOAD.md and in the log', () => {
    const notices = forms.flatMap(([id, , , rules]) => rules.map((rule) => `${rule} ${id}`));
    const ids = forms.map(([id]) => id);
    const told = (lines: readonly string[], form: RegExp): string[] =>
      lines.flatMap((line) => {
        const { rule = '', id = '' } = form.exec(line)?.groups ?? {};
        return ids.includes(id) ? [`${rule} ${id}`] : [];
      });
    expect(told(run.stderr.split('\n'), /^notice: (?<rule>[A-Z0-9-]+): (?<id>[a-z0-9-]+): \S/u)).toEqual(notices);
    expect(told(fileOf('UPLOAD.md').split('\n'), /^- (?<id>[a-z0-9-]+): \S.* \((?<rule>[A-Z0-9-]+)\)$/u)).toEqual(notices); // prettier-ignore
    const events = fileOf('record/log.jsonl').trimEnd().split('\n').map((line) => JSON.parse(line) as { event: { outcome?: { kind: string; keks?: { key: string; notices: { rule: string }[] }[] } } }); // prettier-ignore
    const keks = events.flatMap(({ event }) => event.outcome?.keks ?? []);
    expect(keks.flatMap(({ key, notices: found }) => found.map(({ rule }) => `${rule} ${key}`))).toEqual(notices);
  });

  it('and tells the online desk until when each must be uploaded, first what ends first', () => {
    const order = fileOf('UPLOAD.md').matchAll(/^\d+\. (?<id>[a-z0-9-]+), (?<when>.+)$/gmu);
    const deadlines = new Map([...order].map(({ groups }) => [groups?.['id'] ?? '', groups?.['when'] ?? '']));
    const dated = forms.flatMap(([id, , ends]) => (ends === null ? [] : [{ id, ends }])).toSorted((a, b) => a.ends - b.ends); // prettier-ignore
    const undated = forms.filter(([, , , rules]) => rules.includes('IMPORT-DEADLINE-KNOWN')).map(([id]) => id);
    expect([...deadlines.keys()].slice(0, undated.length + dated.length)).toEqual([...undated, ...dated.map(({ id }) => id)]); // prettier-ignore
    for (const { id, ends } of dated) {
      const moment = new Date(now + ends * hour).toISOString();
      const left = Math.floor((now + ends * hour - Date.parse(bundle.manifest.createdAt)) / hour);
      expect(deadlines.get(id)).toContain(`${moment.slice(0, 10)} ${moment.slice(11, 16)} UTC, ${left} hour`);
    }
    expect([...deadlines].filter(([, when]) => when.includes('within 24 hours')).map(([id]) => id)).toEqual(undated);
  });

  it('and the bundle verifies', () => {
    expect(runCli('verify', [bundle.folder])).toMatchObject({ code: 0 });
  });
});

describe('npm run rehearse', () => {
  let scratch: ReturnType<typeof scratchFolder>;

  beforeEach(() => {
    scratch = scratchFolder();
  });

  afterEach(() => scratch.remove());

  it('carries four keys to Azure, AWS, Huawei and IBM in one ceremony', () => {
    const ibm = shared['ibm-key-protect'] ?? expect.unreachable('made above');
    const ends = new Date(now + 20 * hour);
    const four: readonly Carried[] = [
      carried('azure-key-vault', { spec: 'rsa-2048', option: '', name: 'to-azure' }, ends, makePair('rsa-2048')),
      carried('aws-kms', { spec: 'aes-256', option: 'RSAES_OAEP_SHA_256', name: 'to-aws' }, ends, makePair('rsa-2048')),
      carried('huawei-kms', { spec: 'ec-p256', option: 'RSAES_OAEP_SHA_256', name: 'to-huawei' }, ends, makePair('rsa-2048')), // prettier-ignore
      carried('ibm-key-protect', { spec: 'aes-256', option: '', name: 'to-ibm' }, ends, ibm),
    ];
    const desk = new Desk(scratch.folder);
    desk.plan(planWith(four.map(plannedKey), fewPeople));
    for (const { order, handout } of four) bringOnly(desk, order.name, handout.files);
    const args = ['--plan', desk.planFile, '--inbound', desk.inbound, '--outbound', desk.outbound, '--profile', desk.profile]; // prettier-ignore
    const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'rehearse', '--', ...args], {
      cwd: join(import.meta.dirname, '..', '..', '..'),
      encoding: 'utf8',
    });
    const bundle = bundleOf({ code: status, stdout, stderr });
    expect(readdirSync(join(desk.profile, 'ceremonies'))).toEqual([bundle.manifest.ceremony]);
    expect(bundle.manifest.keys.map(({ id }) => id)).toEqual(four.map(({ order }) => order.name));
    for (const [index, key] of bundle.manifest.keys.entries()) {
      checkOpens(bundle, key, four[index] ?? expect.unreachable('one for each key'));
    }
    expect(runCli('verify', [bundle.folder])).toMatchObject({ code: 0 });
  });
});
