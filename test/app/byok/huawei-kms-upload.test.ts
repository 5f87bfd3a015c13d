import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { KeyToUpload, UploadSection } from '../../../app/byok/format.ts';
import { huaweiKms } from '../../../app/byok/huawei-kms.ts';
import { wrapPlanOf } from '../../../app/byok/ways.ts';
import { encodePublicKeyPem } from '../../../app/keys/pem.ts';
import { keySpecNames, type KeySpec } from '../../../app/keys/specs.ts';
import { makePair } from '../../support/openssl.ts';
import { commandsOf, runPosix, unquoted } from '../../support/upload-shell.ts';

const planned = {
  type: 'huawei-kms',
  endpoint: 'https://kms.eu-de.otc.t-systems.com',
  projectId: 'Project-1',
  keyId: '0d0466b0-e727-4d9c-b35d-f84bb474a37f',
  wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
};
const taken = keySpecNames.filter((spec) => /^(?:rsa-|ec-p256|ec-p384|aes-256|hmac-(?!224))/.test(spec));

function upload(spec: KeySpec, changes: object = {}, after: KeyToUpload<unknown>['after'] = 'keep'): UploadSection {
  const destination = parse(huaweiKms.schema, { ...planned, ...changes });
  const wrap = wrapPlanOf(destination, spec, { option: null });
  const key = { keyId: 'payroll', spec, destination, kek: { id: planned.keyId, bits: 2048 }, wrap, after };
  return huaweiKms.upload(key, 'keys/payroll');
}

const run = (script: string, answer = ':', files = {}) =>
  runPosix(`TOKEN=MIIabc\n${script}`, 'curl', answer, { 'keys/payroll/import-request.json': '{}', ...files });
const url = (operation: string): string => `${planned.endpoint}/v1.0/${planned.projectId}/kms/${operation}`;
const headers = ['-H', 'X-Auth-Token: MIIabc', '-H', 'Content-Type: application/json'];
const status = String.raw`-w '\n%{http_code}\n'`;
const post = (operation: string, data: string): string[] => [
  'curl', '-sS', '-X', 'POST', url(operation), ...headers, '--data', data, '-w', String.raw`\n%{http_code}\n`,
]; // prettier-ignore
const byId = JSON.stringify({ key_id: planned.keyId });

describe('the import', () => {
  it('looks at the key first, then posts the request as it lies in the bundle', () => {
    const calls = upload('aes-256').upload.flatMap(({ posix }) => run(posix).calls);
    expect(calls).toEqual([
      post('describe-key', byId),
      post('import-key-material', '@keys/payroll/import-request.json'),
    ]);
  });

  it('is the same in PowerShell, with the body of a call from standard input', () => {
    const [look, send] = upload('aes-256').upload.map(({ powershell }) => powershell);
    const curl = (operation: string): string =>
      `curl.exe -sS -X POST '${url(operation)}' -H "X-Auth-Token: $env:TOKEN" -H 'Content-Type: application/json' --data`;
    expect(look).toBe(`'${byId}' | ${curl('describe-key')} '@-' ${status}`);
    expect(send).toBe(`${curl('import-key-material')} '@keys/payroll/import-request.json' ${status}`);
  });

  it('names the spec that the key must have, and the end that it will have', () => {
    expect(upload('ec-p384').upload[0]?.purpose).toContain('EC_P384');
    const validTo = '2027-06-30T12:00:00Z';
    const { warnings, checks } = upload('hmac-256', { validTo });
    expect(warnings.join()).toContain('2027-06-30 12:00 UTC');
    expect(checks[0]?.purpose).toContain('2027-06-30 12:00 UTC');
    expect(upload('hmac-256').warnings.length).toBe(warnings.length - 1);
  });
});

describe('the checks afterwards', () => {
  const operations = (spec: KeySpec): string[] =>
    upload(spec).checks.flatMap(({ posix }) =>
      run(posix, `for last; do :; done; case "$last" in ../*) : > "$last" ;; esac`, {
        'keys/payroll/public-key.pem': encodePublicKeyPem(new Uint8Array(294).fill(1)),
      }).calls.map((call) => call[4]?.split('/').at(-1) ?? ''),
    );

  it('look at the key, and at the public key of a pair or the MAC of an HMAC key', () => {
    expect(operations('aes-256')).toEqual(['describe-key']);
    expect(operations('rsa-2048')).toEqual(['describe-key', 'get-publickey']);
    expect(operations('hmac-384')).toEqual(['describe-key', 'generate-mac']);
    expect(upload('hmac-384', {}, 'destroy').checks).toHaveLength(1);
    const mac = upload('hmac-384').checks[1]?.posix ?? '';
    const body = { key_id: planned.keyId, mac_algorithm: 'HMAC_SHA_384', message: 'S2V5ZmVycnk=' };
    expect(run(mac).calls).toEqual([post('generate-mac', JSON.stringify(body))]);
    expect(Buffer.from(body.message, 'base64').toString()).toBe('Keyferry');
  });
});

describe('the public key at the cloud', () => {
  const rsa = makePair('rsa-4096').spki;
  const ec = makePair('ec-p256').spki;
  const pemOf = (bytes: Uint8Array): string => encodePublicKeyPem(bytes).replaceAll('\n', '\r\n');
  /** What the check prints when the cloud answers so. */
  const compare = (spki: Uint8Array, spec: KeySpec, text: string): string => {
    const answer = `for last; do :; done; cat > "$last" <<'END'\n${text}\nEND`;
    const [, check] = upload(spec).checks;
    const { output, calls } = run(check?.posix ?? '', answer, {
      'keys/payroll/public-key.pem': encodePublicKeyPem(spki),
    });
    expect(calls).toEqual([[...post('get-publickey', byId).slice(0, -2), '-o', '../payroll.cloud.json']]);
    return output.trim().split('\n').at(-1) ?? '';
  };
  const answered = (publicKey: string): string => JSON.stringify({ key_id: planned.keyId, public_key: publicKey });

  it.each<[string, Uint8Array, KeySpec, string]>([
    ['as PEM', rsa, 'rsa-4096', answered(pemOf(rsa))],
    ['as PEM of an elliptic curve', ec, 'ec-p256', answered(pemOf(ec))],
    ['as RSAPublicKey in PEM, which the pages show', rsa, 'rsa-4096', answered(pemOf(rsa.slice(24)))],
    ['as a bare point in PEM', ec, 'ec-p256', answered(pemOf(ec.slice(26)))],
    ['as base64', rsa, 'rsa-4096', answered(Buffer.from(rsa).toString('base64'))],
    ['in lines', rsa, 'rsa-4096', JSON.stringify(JSON.parse(answered(pemOf(rsa))), null, 2)],
    [
      'with = and / escaped',
      rsa,
      'rsa-4096',
      answered(pemOf(rsa.slice(24)))
        .replaceAll('=', '\\u003d')
        .replaceAll('/', '\\/'),
    ],
  ])('is found the same %s', (_, spki, spec, text) => {
    expect(compare(spki, spec, text)).toBe('SAME');
  });

  it.each<[string, Uint8Array, KeySpec, string]>([
    ['another key', rsa, 'rsa-4096', answered(pemOf(makePair('rsa-4096').spki))],
    ['another key without its algorithm', rsa, 'rsa-4096', answered(pemOf(makePair('rsa-4096').spki.slice(24)))],
    ['another point', ec, 'ec-p256', answered(pemOf(makePair('ec-p256').spki))],
    ['a byte more', ec, 'ec-p256', answered(pemOf(new Uint8Array([0x30, ...ec])))],
    ['only the end of it', ec, 'ec-p256', answered(pemOf(ec.slice(-64)))],
    ['none', rsa, 'rsa-4096', answered('')],
    ['an error', rsa, 'rsa-4096', '{"error":{"error_code":"KMS.0205","error_msg":"Invalid key ID."}}'],
  ])('is found different for %s', (_, spki, spec, text) => {
    expect(compare(spki, spec, text)).toBe('DIFFERENT');
  });

  it('is compared in PowerShell by the same rule', () => {
    const powershell = upload('rsa-2048').checks[1]?.powershell ?? '';
    expect(powershell).toContain(`'${byId}' | curl.exe`);
    expect(powershell).toContain("'keys/payroll/public-key.pem'");
    expect(powershell).toMatch(/\.EndsWith\(\$cloud, 'Ordinal'\)/u);
  });
});

describe('every sheet', () => {
  it.each(taken)('of %s leaves no name outside quotes, and nothing in commands but TOKEN to fill in', (spec) => {
    for (const { posix, powershell } of commandsOf(upload(spec))) {
      expect(unquoted(posix)).not.toMatch(/Project-1|0d0466b0|payroll|t-systems/u);
      expect(unquoted(powershell)).not.toMatch(/Project-1|0d0466b0|payroll|t-systems/u);
      expect(`${posix}${powershell}`).not.toMatch(/<[a-z]/iu);
      expect(posix.match(/\$(?!TOKEN|size|ACCOUNT|USER_NAME|PASSWORD|ANSWER|[12]\b|\()\w+/gu)).toBeNull();
    }
  });

  it('says when an undated token ends, for which algorithm it was fetched, and what failures mean', () => {
    const { undated, warnings, failures } = upload('rsa-2048', { wrappingAlgorithm: 'RSAES_OAEP_SHA_1' });
    expect(undated).toContain('24 hours');
    expect(warnings.join()).toContain('RSAES_OAEP_SHA_1');
    for (const code of ['2601', '2602', '2603', '2604', '2605', '2606', '2608', '2609', '2610']) {
      expect(failures.some(({ message }) => message.includes(`KMS.${code}`))).toBe(true);
    }
  });
});
