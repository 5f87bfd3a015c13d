import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { KeyToUpload, UploadSection } from '../../../app/byok/format.ts';
import { tencentKms } from '../../../app/byok/tencent-kms.ts';
import { inboundFile, testKek } from '../../support/inbound-files.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { commandsOf, runPosix, unquoted } from '../../support/upload-shell.ts';

const plan = {
  type: 'tencent-kms',
  region: 'ap-guangzhou',
  keyId: '93866e69-9755-11ef-8e65-52540089bc41',
  wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
};
const folder = 'keys/payroll';
const room = { nowIso: '2026-11-23T14:00:00Z', uploadMarginHours: 2 };
const destination = (changes: object = {}) => parse(tencentKms.schema, { ...plan, ...changes });

function section(changes: object = {}): UploadSection {
  const wrap = { method: 'oaep', oaepHash: 'sha256' } as const;
  const kek = { id: plan.keyId, bits: 2048 };
  const key: KeyToUpload<ReturnType<typeof destination>> = {
    keyId: 'payroll',
    spec: 'aes-256',
    destination: destination(changes),
    kek,
    wrap,
    after: 'destroy',
  };
  return tencentKms.upload(key, folder);
}

describe('the envelope of the API', () => {
  const answer = {
    ImportToken: Buffer.alloc(96, 0xa5).toString('base64'),
    KeyId: plan.keyId,
    ParametersValidTo: 1795528800,
    PublicKey: Buffer.from(testKek(2048).spki).toString('base64'),
    RequestId: 'f1fd',
  };
  const rule = (content: object): string | null =>
    ruleOf(() => tencentKms.readInbound([inboundFile('a.json', content)], destination(), room));

  it('may stand around the answer', () => {
    const [bare, wrapped] = [answer, { Response: answer }].map((content) =>
      tencentKms.readInbound([inboundFile('a.json', content)], destination(), room),
    );
    expect(wrapped).toEqual(bare);
  });

  it.each<[string, object, string]>([
    ['nothing', { Response: {} }, 'INBOUND-JSON-MEMBERS'],
    ['a list', { Response: [answer] }, 'INBOUND-JSON-MEMBERS'],
    ['null, beside a whole answer', { ...answer, Response: null }, 'INBOUND-JSON-MEMBERS'],
    ['an error', { Response: { Error: { Code: 'AuthFailure', Message: '' }, RequestId: '1' } }, 'INBOUND-JSON-MEMBERS'],
    ['an envelope', { Response: { Response: answer } }, 'INBOUND-JSON-MEMBERS'],
    ['the answer for another key', { Response: { ...answer, KeyId: 'other' } }, 'INBOUND-FOR-PLANNED-KEY'],
  ])('is refused around %s', (_, content, expected) => expect(rule(content)).toBe(expected));

  it('is not looked for in other letters', () => expect(rule({ response: answer })).toBe('INBOUND-JSON-MEMBERS'));
});

describe('an end at Tencent', () => {
  it.each([
    ['2038-01-18T16:00:00Z', null],
    ['2038-01-18T16:00:00.001Z', 'PLAN-TIMES-AHEAD'],
    ['2038-01-18T16:00:01Z', 'PLAN-TIMES-AHEAD'],
    ['2099-01-01T00:00:00Z', 'PLAN-TIMES-AHEAD'],
  ])('is at most 2147443200: %s, %s', (validTo, expected) => {
    expect(tencentKms.refusesNow(destination({ validTo }), room.nowIso)?.rule ?? null).toBe(expected);
  });
});

describe('the upload to Tencent', () => {
  const callsOf = (commands: UploadSection['upload']) =>
    commands.flatMap(({ posix }) => runPosix(posix, 'tccli', ':').calls);

  it('calls the API with the request file as its body', () => {
    const file = `file://${folder}/import-request.json`;
    const call = ['tccli', 'kms', 'ImportKeyMaterial', '--region', 'ap-guangzhou', '--cli-input-json', file];
    expect(callsOf(section().upload)).toEqual([call]);
  });

  it('looks at the key afterwards, with the end that the plan names', () => {
    const call = ['tccli', 'kms', 'DescribeKey', '--region', 'ap-guangzhou', '--KeyId', plan.keyId];
    expect(callsOf(section().checks)).toEqual([call]);
    const dated = section({ validTo: '2027-01-31T00:00:00Z' });
    expect(dated.checks[0]?.purpose).toContain('1801353600');
    expect(dated.warnings.length).toBe(section().warnings.length + 1);
  });

  it('is the same in both shells, with nothing of the plan outside quotes', () => {
    for (const { posix, powershell } of commandsOf(section())) {
      expect(powershell).toBe(posix);
      expect(unquoted(posix)).not.toMatch(/93866e69|guangzhou|keys\/|[<>`$]/u);
    }
  });

  it('says that a later token ends this one, and by which algorithm it was fetched', () => {
    expect(section().warnings.join('\n')).toContain('GetParametersForImport');
    expect(section().warnings.join('\n')).toContain('RSAES_OAEP_SHA_256');
    expect(section().undated).toBeNull();
    expect(section().failures.map(({ message }) => message)).toContain('ResourceUnavailable.TokenExpired');
  });

  it('is refused for other specs with a reason for each kind', () => {
    const reasons = (['aes-128', 'hmac-256'] as const).map((spec) => tencentKms.whyNot(destination(), spec));
    expect(new Set(reasons).size).toBe(2);
  });
});
