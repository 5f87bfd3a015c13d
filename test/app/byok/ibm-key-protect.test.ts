import { createCipheriv, createHash, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto';
import { parse, safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { BlobSummary, KeyToCarry, OutboundFile, WrappedParts } from '../../../app/byok/format.ts';
import { ibmKeyProtect } from '../../../app/byok/ibm-key-protect.ts';
import type { IbmDestination } from '../../../app/byok/ibm/destination.ts';
import { destinationOf } from '../../../app/byok/registry.ts';
import { plannedWays, refusesSpec, wrapPlanOf } from '../../../app/byok/ways.ts';
import { keySpecNames, type KeySpec } from '../../../app/keys/specs.ts';
import { ibmKeyProtectCloud } from '../../support/clouds/ibm-key-protect.ts';
import { makePair } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { commandsOf, runPosix, unquoted } from '../../support/upload-shell.ts';

const planned = {
  type: 'ibm-key-protect',
  region: 'us-south',
  instance: '12e8c9c2-a162-472d-b7d6-8b9a86b815a6',
  keyName: 'Payroll root',
};
const destination = (changes: object = {}): IbmDestination => parse(ibmKeyProtect.schema, { ...planned, ...changes });
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function key(spec: KeySpec = 'aes-256', changes: object = {}, bits = 4096): KeyToCarry<IbmDestination> {
  const wrap = wrapPlanOf(destination(changes), spec, { option: null });
  return { keyId: 'payroll', spec, destination: destination(changes), kek: { id: planned.instance, bits }, wrap };
}

const sealedNonce = { iv: new Uint8Array(12).fill(0xa1), sealed: new Uint8Array(28).fill(0xb2) };
const parts: WrappedParts = { wrappedEphemeral: null, wrappedKey: new Uint8Array(512).fill(0xfb), sealedNonce };
const nothing = { importToken: null, nonce: null };
const assemble = (of = key(), given = parts): readonly OutboundFile[] =>
  ibmKeyProtect.assemble(of, given, nothing, 'Keyferry 0.1.0');
const textOf = (files: readonly OutboundFile[]): string => Buffer.from(files[0]?.bytes ?? []).toString();

describe('the destination member', () => {
  it('is taken as it stands', () => {
    expect(destination()).toEqual(planned);
    expect(destinationOf('ibm-key-protect')).toBe(ibmKeyProtect);
  });

  it.each<[string, unknown, boolean]>([
    ['region', 'eu-gb', true],
    ['region', 'private.us-south', false],
    ['region', 'US-South', false],
    ['region', 'us--south', false],
    ['region', '-south', false],
    ['region', 'us-south/', false],
    ['region', "us-south'", false],
    ['region', 'a'.repeat(64), false],
    ['region', '', false],
    ['instance', '12E8C9C2-a162-472d-b7d6-8b9a86b815a6', false],
    ['instance', '12e8c9c2a162472db7d68b9a86b815a6', false],
    ['instance', 'crn:v1:bluemix:public:kms:us-south:a/f0:12e8c9c2-a162-472d-b7d6-8b9a86b815a6::', false],
    ['instance', '12e8c9c2-a162-472d-b7d6-8b9a86b815a6\n', false],
    ['instance', undefined, false],
    ['keyName', 'ab', true],
    ['keyName', 'a', false],
    ['keyName', 'a'.repeat(90), true],
    ['keyName', 'a'.repeat(91), false],
    ['keyName', 'Payroll.root_2 -1', true],
    ['keyName', ' payroll', false],
    ['keyName', 'payroll ', false],
    ['keyName', '-payroll', false],
    ['keyName', "pay'roll", false],
    ['keyName', 'pay"roll', false],
    ['keyName', 'pay\troll', false],
    ['keyName', 'Zürich', false],
    ['alias', 'payroll', false],
  ])('with %s %j: %s', (member, value, expected) => {
    expect(safeParse(ibmKeyProtect.schema, { ...planned, [member]: value }).success).toBe(expected);
  });

  it('is described whole, and tells instances and names apart', () => {
    const words = Object.values(ibmKeyProtect.describe(destination())).join('\n');
    for (const value of [planned.region, planned.instance, planned.keyName]) expect(words).toContain(value);
    const others = [
      {},
      { region: 'eu-de' },
      { instance: planned.instance.replace('1', '2') },
      { keyName: 'payroll root' },
    ].map(destination);
    expect(new Set(others.map((other) => ibmKeyProtect.scope(other))).size).toBe(3);
    expect(new Set(others.map((other) => ibmKeyProtect.target(other))).size).toBe(4);
  });
});

describe('the matrix', () => {
  it('takes AES keys by RSA-4096, with the nonce under the key, and gives its reason for others', () => {
    const aes: KeySpec[] = ['aes-128', 'aes-192', 'aes-256'];
    for (const spec of keySpecNames) {
      const rule = aes.includes(spec) ? undefined : 'PLAN-DESTINATION-TAKES-SPEC';
      expect(refusesSpec(destination(), spec)?.rule).toBe(rule);
    }
    for (const spec of aes) {
      expect(wrapPlanOf(destination(), spec, { option: null })).toEqual({
        method: 'oaep',
        oaepHash: 'sha256',
        nonce: 'aes-gcm',
      });
      expect(plannedWays(destination(), spec).map(({ kekBits }) => kekBits)).toEqual([[4096]]);
    }
    expect(ibmKeyProtect.refusesNow(destination(), '2026-11-23T14:00:00Z')).toBeNull();
    expect(ibmKeyProtect.cautions(destination(), 'aes-256')).toEqual([]);
  });
});

describe('create-key.json', () => {
  const kek = makePair('rsa-4096');

  it('has the members of the tutorial, those of a key in the order of the reference', () => {
    const files = assemble();
    expect(files.map(({ name }) => name)).toEqual(['create-key.json']);
    const type = 'application/vnd.ibm.kms.key+json';
    const resource = {
      type,
      name: planned.keyName,
      extractable: false,
      payload: base64(parts.wrappedKey),
      encryptionAlgorithm: 'RSAES_OAEP_SHA_256',
      encryptedNonce: base64(sealedNonce.sealed),
      iv: base64(sealedNonce.iv),
    };
    const body = { metadata: { collectionType: type, collectionTotal: 1 }, resources: [resource] };
    expect(textOf(files)).toBe(`${JSON.stringify(body, null, 2)}\n`);
    expect([resource.payload.length, resource.encryptedNonce.length, resource.iv.length]).toEqual([684, 40, 16]);
  });

  it('is summed up', () => {
    const files = assemble();
    expect(ibmKeyProtect.inspect(key(), files)).toEqual<BlobSummary>({
      bytes: files[0]?.bytes.length ?? 0,
      parts: [parts.wrappedKey, sealedNonce.iv, sealedNonce.sealed].map((part) => ({
        sha256: sha256(part),
        bytes: part.length,
      })),
      importTokenSha256: null,
    });
  });

  it.each<[string, Partial<WrappedParts>]>([
    ['no nonce', { sealedNonce: null }],
    ['an IV of 11 bytes', { sealedNonce: { ...sealedNonce, iv: new Uint8Array(11).fill(1) } }],
    ['an IV of 16 bytes', { sealedNonce: { ...sealedNonce, iv: new Uint8Array(16).fill(1) } }],
    ['a blank IV', { sealedNonce: { ...sealedNonce, iv: new Uint8Array(12) } }],
    ['a nonce without its tag', { sealedNonce: { ...sealedNonce, sealed: new Uint8Array(12).fill(1) } }],
    ['a nonce of 32 bytes', { sealedNonce: { ...sealedNonce, sealed: new Uint8Array(32).fill(1) } }],
    ['a blank nonce', { sealedNonce: { ...sealedNonce, sealed: new Uint8Array(28) } }],
    ['a payload of 256 bytes', { wrappedKey: new Uint8Array(256).fill(1) }],
    ['a blank payload', { wrappedKey: new Uint8Array(512) }],
  ])('is not made with %s', (_, changes) => {
    expect(ruleOf(() => assemble(key(), { ...parts, ...changes }))).toBe('BLOB-SHAPE-VALID');
  });

  const inspect = (text: string, of = key()): string | null =>
    ruleOf(() => ibmKeyProtect.inspect(of, [{ name: 'create-key.json', bytes: new Uint8Array(Buffer.from(text)) }]));

  it.each<[string, string | RegExp, string]>([
    ['another name', 'Payroll', 'payroll'],
    ['a key that can be taken out', 'false', 'true'],
    ['another algorithm', 'SHA_256', 'SHA_1'],
    ['another type', '"type": "application/vnd.ibm.kms.key+json"', '"type": "application/json"'],
    ['another total', '"collectionTotal": 1', '"collectionTotal": 2'],
    ['no IV', /,\n {6}"iv": "[^"]*"/, ''],
    ['no encrypted nonce', /\n {6}"encryptedNonce": "[^"]*",/, ''],
    ['an alias', '"extractable"', '"aliases": [],\n      "extractable"'],
    ['a member twice', '"extractable": false,', '"extractable": false,\n      "extractable": false,'],
    ['a payload without its padding', /(\w)="/, '$1"'],
    ['an IV with a line end', /("iv": "[^"]*)"/, '$1\\n"'],
    ['an encrypted nonce of other length', /("encryptedNonce": ")..../, '$1'],
    ['other white space', '\n  "', '\n "'],
    ['a byte order mark', '{', '\ufeff{'],
    ['no key', /"resources": \[[^]*\]/, '"resources": []'],
  ])('is refused with %s', (_, from, to) => {
    const good = textOf(assemble());
    expect(inspect(good)).toBeNull();
    expect(good.replace(from, to)).not.toBe(good);
    expect(inspect(good.replace(from, to))).toBe('BLOB-SHAPE-VALID');
  });

  it('is refused with a second key, under another name of the file, twice, and for another size', () => {
    const [file = expect.unreachable('there is a file')] = assemble();
    const body = JSON.parse(textOf([file])) as { resources: unknown[] };
    const two = { ...body, resources: [...body.resources, ...body.resources] };
    expect(inspect(`${JSON.stringify(two, null, 2)}\n`)).toBe('BLOB-SHAPE-VALID');
    expect(inspect(textOf([file]), key('aes-256', {}, 2048))).toBe('BLOB-SHAPE-VALID');
    for (const files of [[{ ...file, name: 'key.json' }], [file, file], []]) {
      expect(ruleOf(() => ibmKeyProtect.inspect(key(), files))).toBe('BLOB-SHAPE-VALID');
    }
  });

  it.each(['aes-128', 'aes-192', 'aes-256'] as const)(
    'of %s, wrapped outside the product, opens at the cloud',
    (spec) => {
      const order = { spec, option: 'RSAES_OAEP_SHA_256', name: 'Payroll root' };
      const handout = ibmKeyProtectCloud.handOut(kek, order, new Date('2026-11-24T14:00:00Z'));
      const carrying = key(spec, ibmKeyProtectCloud.destination(order));
      const inbound = Object.entries(handout.files).map(([name, text]) => ({
        name,
        bytes: new Uint8Array(Buffer.from(text)),
      }));
      const room = { nowIso: '2026-11-23T14:00:00Z', uploadMarginHours: 2 };
      const { carried } = ibmKeyProtect.readInbound(inbound, carrying.destination, room);
      const [target, iv] = [randomBytes(Number(spec.slice(4)) / 8), randomBytes(12)];
      const cipher = createCipheriv(`aes-${spec.slice(4) as '128' | '192' | '256'}-gcm`, target, iv);
      const sealed = Buffer.concat([cipher.update(carried.nonce ?? ''), cipher.final(), cipher.getAuthTag()]);
      const publicKey = createPublicKey({ key: Buffer.from(kek.spki), format: 'der', type: 'spki' });
      const wrappedKey = new Uint8Array(publicEncrypt({ key: publicKey, oaepHash: 'sha256' }, target));
      const made = (nonce: Uint8Array): readonly OutboundFile[] =>
        assemble(carrying, {
          wrappedEphemeral: null,
          wrappedKey,
          sealedNonce: { iv: new Uint8Array(iv), sealed: nonce },
        });
      const wrap = { ...carrying.wrap, performed: 'single' as const };
      const open = (files: readonly OutboundFile[], given = handout): Uint8Array =>
        ibmKeyProtectCloud.open(() => files[0]?.bytes ?? expect.unreachable('no file'), kek, order, given, wrap);
      expect(Buffer.from(open(made(new Uint8Array(sealed)))).equals(target)).toBe(true);
      expect(() => open(made(new Uint8Array(sealed).with(3, (sealed[3] ?? 0) ^ 1)))).toThrow();
      expect(() => open(made(new Uint8Array(sealed)), { ...handout, nonce: new Uint8Array(12) })).toThrow('NONCE');
    },
    60_000,
  );
});

describe('the upload', () => {
  const section = ibmKeyProtect.upload({ ...key(), after: 'destroy' }, 'keys/payroll');
  const [byApi, byCommandLine] = section.upload;
  const host = 'https://us-south.kms.cloud.ibm.com';
  const files = { 'keys/payroll/create-key.json': textOf(assemble()) };
  const status = ['-w', String.raw`\n%{http_code}\n`];
  const headers = ['-H', 'authorization: Bearer eyJ', '-H', `bluemix-instance: ${planned.instance}`];

  it('posts the file as it lies in the bundle', () => {
    const { calls } = runPosix(`TOKEN=eyJ\n${byApi?.posix ?? ''}`, 'curl', ':', files);
    const type = 'content-type: application/vnd.ibm.kms.key+json';
    const data = ['--data', '@keys/payroll/create-key.json'];
    const call = ['curl', '-sS', `${host}/api/v2/keys`, ...headers, '-X', 'POST', '-H', type, ...data, ...status];
    expect(calls).toEqual([call]);
    const inPowerShell = byApi?.posix.replace('curl', 'curl.exe').replace('$TOKEN', '$env:TOKEN').replace('tee', 'Tee-Object'); // prettier-ignore
    expect(byApi?.powershell).toBe(inPowerShell);
  });

  it('or takes its values out of the file for the command line', () => {
    const { calls } = runPosix(byCommandLine?.posix ?? '', 'ibmcloud', ':', files);
    const values = ['-k', base64(parts.wrappedKey), '-n', base64(sealedNonce.sealed), '-v', base64(sealedNonce.iv)];
    expect(calls).toEqual([
      ['ibmcloud', 'kp', 'region-set', 'us-south'],
      ['ibmcloud', 'kp', 'key', 'create', 'Payroll root', '-i', planned.instance, ...values, '--output', 'json'],
    ]);
    expect(byCommandLine?.powershell.split('\n')).toEqual([
      "ibmcloud kp region-set 'us-south'",
      "$key = (Get-Content -Raw 'keys/payroll/create-key.json' | ConvertFrom-Json).resources[0]",
      `ibmcloud kp key create 'Payroll root' -i '${planned.instance}' -k $key.payload -n $key.encryptedNonce -v $key.iv --output json | Tee-Object '../payroll.cloud.json'`,
    ]);
  });

  it.each([
    ['the API', '{"metadata":{"collectionTotal":1},"resources":[{"type":"x","id":"7f8-9a","keyVersion":{"id":"no"}}]}'],
    ['the command line', JSON.stringify({ id: '7f8-9a', name: 'Payroll root', keyVersion: { id: 'no' } }, null, 2)],
  ])('asks afterwards for the key of the answer of %s', (_, answer) => {
    const check = section.checks.map(({ posix }) => posix).join('\n');
    const { calls } = runPosix(`TOKEN=eyJ\n${byApi?.posix ?? ''}\n${check}`, 'curl', `printf '%s' '${answer}'`, files);
    const accept = ['-H', 'accept: application/vnd.ibm.kms.key+json'];
    expect(calls.at(-1)).toEqual(['curl', '-sS', `${host}/api/v2/keys/7f8-9a/metadata`, ...headers, ...accept, ...status]); // prettier-ignore
    expect(calls).toHaveLength(2);
  });

  it('takes the token out of what the command line prints', () => {
    const script = `${section.signIn.at(-1)?.posix ?? ''}\necho "$TOKEN"`;
    expect(runPosix(script, 'ibmcloud', "echo 'IAM token:  Bearer eyJhb'").output.trim()).toBe('eyJhb');
  });

  it('never takes the key in the clear, and leaves no name outside quotes', () => {
    for (const command of commandsOf(section).flatMap(({ posix, powershell }) => [posix, powershell])) {
      expect(command).not.toMatch(/key-encrypt|nonce-encrypt/u);
      // awk stands inside double quotes; what it reads is quoted once more.
      expect(unquoted(command.replace(/"\$\([^)]*\)"/gu, ''))).not.toMatch(/Payroll|payroll|us-south|12e8c9c2/u);
    }
  });

  it('warns of a new import token and of a second key', () => {
    const warnings = section.warnings.join('\n');
    for (const said of [planned.instance, planned.keyName]) {
      expect(warnings).toContain(said);
    }
    expect(section.undated).toBeNull();
    const messages = section.failures.map(({ message }) => message).join();
    for (const code of ['INCORRECT_NONCE_ERR', 'INCORRECT_NONCE_IV_ERR', 'IMPORT_TOKEN_EXPIRED_ERR', '409']) {
      expect(messages).toContain(code);
    }
  });
});
