import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { alibabaKms } from '../../../app/byok/alibaba-kms.ts';
import type { KeyToUpload, UploadSection } from '../../../app/byok/format.ts';
import { commandsOf, runPosix, unquoted } from '../../support/upload-shell.ts';

const plan = {
  type: 'alibaba-kms',
  region: 'cn-hangzhou',
  keyId: 'key-hzz630494463ejqjx0001',
  wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
};
const folder = 'keys/payroll';
const material = new Uint8Array(256).fill(0xfb);
const token = new Uint8Array(736).fill(0x3f);

function key(changes: object = {}): KeyToUpload<ReturnType<typeof destination>> {
  const wrap = { method: 'oaep', oaepHash: 'sha256' } as const;
  return {
    keyId: 'payroll',
    spec: 'aes-256',
    destination: destination(changes),
    kek: { id: plan.keyId, bits: 2048 },
    wrap,
    after: 'destroy',
  };
}

const destination = (changes: object = {}) => parse(alibabaKms.schema, { ...plan, ...changes });
const section = (changes: object = {}): UploadSection => alibabaKms.upload(key(changes), folder);

describe('the upload to Alibaba', () => {
  it('hands over the members of the request file as they stand, at the top of a bundle', () => {
    const parts = { wrappedEphemeral: null, wrappedKey: material, sealedNonce: null };
    const [file] = alibabaKms.assemble(key(), parts, { importToken: token, nonce: null }, '');
    const path = `${folder}/import-request.json`;
    const text = Buffer.from(file?.bytes ?? []).toString();
    const { calls } = runPosix(
      section()
        .upload.map(({ posix }) => posix)
        .join('\n'),
      'aliyun',
      ':',
      { [path]: text },
    );
    expect(calls).toEqual([
      [
        ...['aliyun', 'kms', 'ImportKeyMaterial', '--region', 'cn-hangzhou', '--KeyId', plan.keyId],
        ...['--EncryptedKeyMaterial', Buffer.from(material).toString('base64')],
        ...['--ImportToken', Buffer.from(token).toString('base64'), '--KeyMaterialExpireUnix', '0'],
      ],
    ]);
    expect(section().upload[0]?.powershell).toContain(`-LiteralPath '${path}'`);
  });

  it('sets the end that the plan names, and warns of it', () => {
    const dated = section({ validTo: '2027-01-31T00:00:00Z' });
    for (const { posix, powershell } of dated.upload) {
      expect(posix).toContain('--KeyMaterialExpireUnix 1801353600');
      expect(powershell).toContain('--KeyMaterialExpireUnix 1801353600');
    }
    expect(dated.checks[0]?.purpose).toContain('2027-01-31 00:00 UTC');
    expect(dated.warnings.length).toBe(section().warnings.length + 1);
  });

  it('looks at the key afterwards', () => {
    const look = ['aliyun', 'kms', 'DescribeKey', '--region', 'cn-hangzhou', '--KeyId', plan.keyId];
    expect(section().checks.flatMap(({ posix }) => runPosix(posix, 'aliyun', ':').calls)).toEqual([look]);
  });

  it('names the algorithm of the token, and what an instance of its own does not take', () => {
    expect(section().warnings.join('\n')).toContain('RSAES_OAEP_SHA_256');
    const sha1 = section({ wrappingAlgorithm: 'RSAES_OAEP_SHA_1' });
    expect(sha1.warnings.length).toBe(section().warnings.length + 1);
    expect(section().undated).toBeNull();
    expect(section().failures.length).toBeGreaterThan(0);
  });

  it('leaves nothing of the plan outside quotes', () => {
    for (const { posix, powershell } of commandsOf(section())) {
      expect(unquoted(posix)).not.toMatch(/hzz630|hangzhou|keys\//u);
      expect(unquoted(powershell)).not.toMatch(/hzz630|hangzhou|keys\/|[<>`]/u);
    }
  });

  it('is refused for other specs with a reason for each kind', () => {
    const reasons = (['aes-128', 'hmac-256', 'rsa-2048'] as const).map((spec) =>
      alibabaKms.whyNot(destination(), spec),
    );
    expect(new Set(reasons).size).toBe(3);
  });
});
