import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { DestinationFormat, InboundFile, InboundReading } from '../../../app/byok/format.ts';
import { ociVault } from '../../../app/byok/oci-vault.ts';
import { vaultTransit } from '../../../app/byok/vault-transit.ts';
import { ociVaultCloud, wrappingKey } from '../../support/clouds/oci-vault.ts';
import { vaultTransitCloud, wrappingKeyAnswer } from '../../support/clouds/vault-transit.ts';
import {
  inboundFile,
  otherEncodings,
  planted,
  testKek,
  unusualExponent,
  type PlantedFault,
} from '../../support/inbound-files.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { jsonVectors } from '../../vectors/read-vectors.ts';

const room = { nowIso: '2026-11-24T14:00:00Z', uploadMarginHours: 2 };
const { spki, pem } = testKek(4096);
const other = unusualExponent(spki);
const pemFile = inboundFile('wrapping-key.pem', pem);

interface Service {
  readonly read: (files: readonly InboundFile[]) => InboundReading;
  readonly answer: (key: { readonly spki: Uint8Array }) => object;
  readonly vectors: string;
}

function reader<D extends { readonly type: string }>(format: DestinationFormat<D>, plan: object): Service['read'] {
  const destination = parse(format.schema, plan);
  return (files) => format.readInbound(files, destination, room);
}

const order = { spec: 'aes-256', name: 'root' } as const;
const services: readonly (readonly [string, Service])[] = [
  [
    'oci kms management wrapping-key get',
    {
      read: reader(ociVault, ociVaultCloud.destination({ ...order, option: 'RSA_OAEP_SHA256' })),
      answer: wrappingKey,
      vectors: 'oci',
    },
  ],
  [
    'vault read transit/wrapping_key',
    {
      read: reader(vaultTransit, vaultTransitCloud.destination({ ...order, option: 'SHA256' })),
      answer: wrappingKeyAnswer,
      vectors: 'vault',
    },
  ],
];

describe.each(services)('%s', (_, { read, answer, vectors }) => {
  const json = inboundFile('wrapping-key.json', answer({ spki }));
  const rule = (...files: InboundFile[]): string | null => ruleOf(() => read(files));
  const notices = (...files: InboundFile[]): string[] => read(files).notices.map((notice) => notice.rule);

  const faults = jsonVectors(vectors).map(({ name, vector }) => ({ ...(vector as PlantedFault), name }));
  it.each(faults)('$name: $comment', (fault) => {
    expect(rule(inboundFile('wrapping-key.json', planted(answer({ spki }), fault)))).toBe(fault.expect);
  });

  it.each([
    ['JSON', json],
    ['PEM', pemFile],
  ] as const)('gives the key from %s, without a name and without an end', (__, file) => {
    const { kek, carried, recognised, notices: none } = read([file]);
    expect(kek).toMatchObject({ spki, bits: 4096, id: null, deadline: null, option: null });
    expect(carried).toEqual({ importToken: null, nonce: null });
    expect(recognised.map((entry) => entry.file)).toEqual([file.name]);
    expect(none).toEqual([]);
  });

  it.each([...otherEncodings(json), ...otherEncodings(pemFile)])('is read with %s', (__, file, expected) => {
    expect(read([file]).kek.spki).toEqual(spki);
    expect(notices(file)).toEqual(expected);
  });

  it('comes in one form: both are one too many, whether they agree or not', () => {
    expect(rule(json, pemFile)).toBe('INBOUND-ONE-CANDIDATE');
    expect(rule(json, inboundFile('k.pem', other.pem))).toBe('INBOUND-ONE-CANDIDATE');
  });

  it('is of 4096 bits', () => {
    const smaller = testKek(2048);
    expect(rule(inboundFile('k.pem', smaller.pem))).toBe('KEK-SIZE-ALLOWED');
    expect(rule(inboundFile('k.json', answer(smaller)))).toBe('KEK-SIZE-ALLOWED');
  });

  it('comes with a notice when the exponent is unusual', () => {
    expect(notices(inboundFile('k.pem', other.pem))).toEqual(['KEK-EXPONENT-USUAL']);
    expect(notices(inboundFile('k.json', answer(other)))).toEqual(['KEK-EXPONENT-USUAL']);
  });

  it('without a key is not complete, with two is one too many', () => {
    expect(rule()).toBe('INBOUND-FILES-COMPLETE');
    expect(rule(inboundFile('README.txt', 'x'))).toBe('INBOUND-FILES-COMPLETE');
    expect(rule(pemFile, { ...pemFile, name: 'copy.pem' })).toBe('INBOUND-ONE-CANDIDATE');
    expect(rule(json, { ...json, name: 'keys.zip/wrapping-key.json' })).toBe('INBOUND-ONE-CANDIDATE');
  });

  it('may have a README beside it, which is left alone', () => {
    const { recognised } = read([inboundFile('README.txt', 'This archive holds anything.'), pemFile]);
    expect(recognised.map(({ file }) => file)).toEqual(['README.txt', 'wrapping-key.pem']);
    expect(recognised[0]?.as).not.toBe(recognised[1]?.as);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['notes', 'bring this to the room', 'INBOUND-FILES-RECOGNISED'],
    ['an empty file', '', 'INBOUND-FILES-RECOGNISED'],
    ['a DER public key', spki, 'INBOUND-FILES-RECOGNISED'],
    ['bytes', Uint8Array.of(0, 1, 0xff, 0xfe), 'INBOUND-FILES-RECOGNISED'],
    ['PEM in UTF-16 without a mark', new Uint8Array(Buffer.from(pem, 'utf16le')), 'INBOUND-TEXT-ENCODING'],
    ['two PEM blocks', pem + pem, 'INBOUND-PEM-ONE-PUBLIC-KEY'],
    ['JSON with a member twice', '{"data":{},"data":{}}', 'INBOUND-JSON-STRICT'],
    ['other JSON', '{"keys":[]}', 'INBOUND-JSON-MEMBERS'],
    ['more than 64 KiB', ' '.repeat(65_537), 'INBOUND-SIZE-CAPPED'],
  ])('with %s is refused', (__, content, expected) => {
    expect(rule(json, inboundFile('extra', content))).toBe(expected);
  });

  it('with a private key is refused, also inside the JSON', () => {
    const { pkcs8, spki: ec } = makePair('ec-p256');
    const asPem = (args: string[], der: Uint8Array): string => new TextDecoder().decode(openssl(args, der));
    const privatePem = asPem(['pkey', '-inform', 'DER'], pkcs8);
    const inJson = (text: string): InboundFile =>
      inboundFile('k.json', JSON.stringify(answer({ spki })).replace(JSON.stringify(pem), JSON.stringify(text)));
    expect(rule(inJson(pem))).toBeNull();
    expect(rule(inJson(privatePem))).toBe('INBOUND-NO-PRIVATE-KEY');
    expect(rule(inJson(privatePem.replaceAll('PRIVATE', 'PUBLIC')))).toBe('INBOUND-NO-PRIVATE-KEY');
    expect(rule(inJson(Buffer.from(pkcs8).toString('base64')))).toBe('INBOUND-NO-PRIVATE-KEY');
    expect(rule(pemFile, inboundFile('k.pem', privatePem))).toBe('INBOUND-NO-PRIVATE-KEY');
    expect(rule(inJson(asPem(['pkey', '-pubin', '-inform', 'DER'], ec)))).toBe('KEK-ALGORITHM-RSA');
  });
});
