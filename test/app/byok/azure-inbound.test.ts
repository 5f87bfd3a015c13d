import fc from 'fast-check';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { AzureDestination } from '../../../app/byok/azure/destination.ts';
import { azureKeyVault } from '../../../app/byok/azure-key-vault.ts';
import type { InboundFile, InboundReading } from '../../../app/byok/format.ts';
import { keyBundle, plannedKid, type Changes } from '../../support/azure-kek.ts';
import { makePair, openssl } from '../../support/openssl.ts';
import { refusalOf, ruleOf } from '../../support/rule-of.ts';
import { jsonVectors } from '../../vectors/read-vectors.ts';

interface Fault {
  readonly expect: string | null;
  readonly comment: string;
  readonly set: Changes;
  readonly numbers?: 'base64url';
}

const { spki, pkcs8 } = makePair('rsa-2048');
const other = makePair('rsa-2048');
const ec = makePair('ec-p256');
const room = { nowIso: '2026-11-23T14:00:00Z', uploadMarginHours: 2 };
const pemOf = (key: Uint8Array): Buffer => Buffer.from(openssl(['pkey', '-pubin', '-inform', 'DER'], key));
function plan(changes: object = {}): AzureDestination {
  const base = { type: 'azure-key-vault', vault: 'contoso-prod', keyName: 'payroll-root', operations: ['sign'] };
  return parse(azureKeyVault.schema, { ...base, ...changes });
}

function file(name: string, content: string | Uint8Array | object): InboundFile {
  if (content instanceof Uint8Array) return { name, bytes: new Uint8Array(content) };
  return {
    name,
    bytes: new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content, null, 2)),
  };
}

const bundle = (changes: Changes = {}): InboundFile => file('kek.json', keyBundle(spki, changes));
const pem = file('kek.pem', pemOf(spki));
const kid = file('kid.txt', `${plannedKid}\n`);
const read = (...files: InboundFile[]): InboundReading => azureKeyVault.readInbound(files, plan(), room);
const rule = (...files: InboundFile[]): string | null => ruleOf(() => read(...files));
const notices = (...files: InboundFile[]): string[] => read(...files).notices.map((notice) => notice.rule);

describe('az keyvault key show', () => {
  const faults = jsonVectors('azure').map(({ name, vector }) => ({ ...(vector as Fault), name }));
  it.each(faults)('$name: $comment', (vector) => {
    const changed = file('kek.json', keyBundle(spki, vector.set, vector.numbers));
    expect(rule(changed)).toBe(vector.expect);
  });

  it('gives the key, the kid as it stands and no deadline', () => {
    const { kek, recognised, notices: none } = read(bundle());
    expect(kek).toMatchObject({ spki, bits: 2048, id: plannedKid, deadline: null });
    expect(kek.exponent).toEqual(Uint8Array.of(1, 0, 1));
    expect(spki.slice(33, 289)).toEqual(kek.modulus);
    expect(recognised.map((entry) => entry.file)).toEqual(['kek.json']);
    expect(none).toEqual([]);
  });

  it('keeps the letters of a kid', () => {
    const shouted = plannedKid.replace('contoso', 'CONTOSO').replace('abcdef', 'ABCDEF');
    expect(read(bundle({ 'key.kid': shouted })).kek.id).toBe(shouted);
  });

  it('is read in every size Azure makes KEKs of, and told as UTF-16 when PowerShell wrote it', () => {
    const large = makePair('rsa-4096');
    expect(read(file('kek.json', keyBundle(large.spki))).kek.bits).toBe(4096);
    const wide = new Uint8Array(
      Buffer.from(`\ufeff${JSON.stringify(keyBundle(spki)).replaceAll(',', ',\r\n')}`, 'utf16le'),
    );
    expect(notices(file('kek.json', wide))).toEqual(['INBOUND-TEXT-ENCODING']);
    expect(read(file('kek.json', wide)).kek.spki).toEqual(spki);
  }, 60_000);

  it('comes with a notice when the KEK expires later, or has an unusual exponent', () => {
    expect(notices(bundle({ 'attributes.expires': '2026-11-24T00:00:00+00:00' }))).toEqual(['KEK-IN-FORCE']);
    expect(notices(bundle({ 'key.e': 'Aw==' }))).toEqual(['KEK-EXPONENT-USUAL']);
  });
});

describe('a KEK near one of its limits', () => {
  const texts = (changes: Changes, uploadMarginHours = 2): string[] =>
    azureKeyVault
      .readInbound([bundle(changes)], plan(), { ...room, uploadMarginHours })
      .notices.map(({ rule: id, text }) => `${id} ${text}`);
  const ruleAt = (changes: Changes, margin: number): string | null => ruleOf(() => texts(changes, margin));
  const expires = (time: string): Changes => ({ 'attributes.expires': `2026-11-23T${time}Z` });
  const clock = /^KEK-IN-FORCE .*clock.*2026-11-23 14:00/u;

  it('is judged by the hours that the plan wants for the upload', () => {
    expect(ruleAt(expires('14:59:59'), 1)).toBe('KEK-IN-FORCE');
    expect(ruleAt(expires('15:00:00'), 1)).toBeNull();
    expect(ruleAt(expires('14:00:01'), 0)).toBeNull();
    expect(ruleAt(expires('14:00:00'), 0)).toBe('KEK-IN-FORCE');
    expect(ruleAt(expires('14:30:00'), 0.5)).toBeNull();
  });

  it('is taken with a notice that names the clock of the room when a quarter of an hour decides', () => {
    for (const time of ['16:00:00', '16:15:00']) expect(texts(expires(time))).toEqual([expect.stringMatching(clock)]);
    expect(texts(expires('16:15:01'))).toEqual([expect.not.stringMatching(clock)]);
    expect(texts({ 'attributes.notBefore': '2026-11-23T14:15:00Z' })).toEqual([expect.stringMatching(clock)]);
    expect(texts({ 'attributes.notBefore': '2026-11-23T14:00:00Z' })).toEqual([]);
  });

  it('is refused with the clock in the cause', () => {
    const cause = refusalOf(() => texts(expires('13:59:00')))?.cause;
    expect(cause).toMatch(/clock.*2026-11-23 14:00/u);
  });

  it('is judged by both spellings when both are there, in either order of strictness', () => {
    const [late, soon] = ['2026-12-23T00:00:00Z', 1795442401];
    expect(rule(bundle({ 'attributes.expires': late, 'attributes.exp': soon }))).toBe('KEK-IN-FORCE');
    expect(rule(bundle({ ...expires('14:00:01'), 'attributes.exp': soon + 999_999 }))).toBe('KEK-IN-FORCE');
    const [past, ahead] = ['2026-01-01T00:00:00Z', soon + 999_999];
    expect(rule(bundle({ 'attributes.notBefore': past, 'attributes.nbf': ahead }))).toBe('KEK-IN-FORCE');
    expect(rule(bundle({ 'attributes.notBefore': late, 'attributes.nbf': 0 }))).toBe('KEK-IN-FORCE');
  });

  it('whose JSON has no attributes is taken with a notice of what was not checked', () => {
    expect(notices(bundle({ attributes: null }))).toEqual(['AZURE-KEK-METADATA-SEEN']);
    expect(notices(bundle({ attributes: undefined }))).toEqual(['AZURE-KEK-METADATA-SEEN']);
  });
});

describe('PEM and kid', () => {
  it('are taken, with a notice of what could not be checked', () => {
    const reading = read(kid, pem);
    expect(reading.kek).toMatchObject({ spki, bits: 2048, id: plannedKid });
    expect(reading.recognised.map((entry) => entry.file)).toEqual(['kid.txt', 'kek.pem']);
    expect(reading.notices.map((notice) => notice.rule)).toEqual(['AZURE-KEK-METADATA-SEEN']);
  });

  it.each([
    ['CRLF', file('kid', `${plannedKid}\r\n`)],
    ['a mark', file('kid', `\ufeff${plannedKid}`)],
    ['quotes, as without -o tsv', file('kid', `"${plannedKid}"\n`)],
    ['UTF-16', file('kid', new Uint8Array(Buffer.from(`\ufeff${plannedKid}\r\n`, 'utf16le')))],
  ])('take a kid with %s', (_, text) => expect(read(pem, text).kek.id).toBe(plannedKid));

  it('are checked like the JSON', () => {
    expect(rule(pem, file('kid', plannedKid.replace('prod', 'test')))).toBe('AZURE-KID-OF-PLANNED-VAULT');
    expect(rule(pem, file('kid', plannedKid.slice(0, -33)))).toBe('AZURE-KID-VERSIONED');
    expect(rule(file('kek.pem', pemOf(ec.spki)), kid)).toBe('KEK-ALGORITHM-RSA');
  });

  it('may stand beside the JSON when they agree', () => {
    expect(notices(bundle(), pem, kid)).toEqual([]);
    expect(rule(bundle(), file('kek.pem', pemOf(other.spki)))).toBe('KEK-FILES-AGREE');
    expect(rule(bundle({ 'key.e': 'Aw==' }), pem)).toBe('KEK-FILES-AGREE');
    expect(rule(bundle(), file('kid', plannedKid.replace('kek', 'kek2')))).toBe('KEK-FILES-AGREE');
    expect(rule(bundle(), file('kid', plannedKid.toUpperCase().replace('HTTPS', 'https')))).toBe('KEK-FILES-AGREE');
  });
});

describe('the folder', () => {
  it('may hold a README, which is left alone', () => {
    expect(rule(bundle(), file('README.txt', 'Made by the online desk.'))).toBeNull();
  });

  it.each<[string, InboundFile[]]>([
    ['nothing', []],
    ['a PEM alone', [pem]],
    ['a kid alone', [kid]],
  ])('with %s is not complete', (_, files) => expect(rule(...files)).toBe('INBOUND-FILES-COMPLETE'));

  it.each<[string, InboundFile[]]>([
    ['JSON', [bundle(), bundle()]],
    ['PEM', [pem, { ...pem, name: 'copy.pem' }, kid]],
    ['kid', [bundle(), kid, { ...kid, name: 'copy.txt' }]],
  ])('with a second %s is refused', (_, files) => expect(rule(...files)).toBe('INBOUND-ONE-CANDIDATE'));

  it.each<[string, string | Uint8Array, string]>([
    ['notes', 'bring this to the room', 'INBOUND-FILES-RECOGNISED'],
    ['an empty file', '', 'INBOUND-FILES-RECOGNISED'],
    ['two kids in one file', `${plannedKid}\n${plannedKid}\n`, 'INBOUND-FILES-RECOGNISED'],
    ['a kid in another scheme', plannedKid.replace('https', 'http'), 'INBOUND-FILES-RECOGNISED'],
    ['a JSON list', '[]', 'INBOUND-FILES-RECOGNISED'],
    ['a DER public key', spki, 'INBOUND-FILES-RECOGNISED'],
    ['a legacy binary .byok', Uint8Array.of(0x00, 0x01, 0xff, 0xfe), 'INBOUND-TEXT-ENCODING'],
    ['UTF-16 without a mark', new Uint8Array(Buffer.from(plannedKid, 'utf16le')), 'INBOUND-TEXT-ENCODING'],
    [
      'a private key in PEM',
      new Uint8Array(Buffer.from(openssl(['pkey', '-inform', 'DER'], pkcs8))),
      'INBOUND-NO-PRIVATE-KEY',
    ],
    ['a private key in DER', pkcs8, 'INBOUND-NO-PRIVATE-KEY'],
    ['a private JWK elsewhere in JSON', '{"keys":[{"kty":"EC","d":"AA"}]}', 'INBOUND-NO-PRIVATE-KEY'],
    ['two PEM blocks', Buffer.concat([pemOf(spki), pemOf(spki)]), 'INBOUND-PEM-ONE-PUBLIC-KEY'],
    ['JSON with a member twice', '{"key":{},"key":{}}', 'INBOUND-JSON-STRICT'],
    ['other JSON', '{"value":[]}', 'INBOUND-JSON-MEMBERS'],
    ['more than 64 KiB', ' '.repeat(65_537), 'INBOUND-SIZE-CAPPED'],
    ['64 KiB of nothing', ' '.repeat(65_536), 'INBOUND-FILES-RECOGNISED'],
    ['PEM of more than 16 KiB', Buffer.concat([pemOf(spki), Buffer.alloc(16 * 1024, 10)]), 'INBOUND-SIZE-CAPPED'],
  ])('with %s besides is refused', (_, content, expected) => {
    expect(rule(bundle(), file('extra', content))).toBe(expected);
  });

  it('takes JSON between 16 and 64 KiB', () => {
    expect(rule(file('kek.json', JSON.stringify(keyBundle(spki)) + ' '.repeat(20_000)))).toBeNull();
  });

  it('names the file at fault', () => {
    expect(() => read(bundle(), file('notes.txt', 'hello'))).toThrow(/notes\.txt/);
  });

  it('is read or refused, never a crash, whatever was changed in it', () => {
    const originals = [bundle().bytes, pem.bytes, kid.bytes];
    const change = fc.tuple(fc.nat(2), fc.nat(2000), fc.nat(255), fc.nat(20));
    fc.assert(
      fc.property(change, ([which, at, byte, cut]) => {
        const files = originals.map((bytes, index) => {
          const changed = index === which ? bytes.slice(0, bytes.length - cut) : bytes;
          if (index === which) changed[at % changed.length] = byte;
          return { name: `file ${index}`, bytes: changed };
        });
        rule(...files);
      }),
      { numRuns: 500 },
    );
  });
});

describe('other places', () => {
  const at = (destination: object, id: string): string | null =>
    ruleOf(() => azureKeyVault.readInbound([bundle({ 'key.kid': id })], plan(destination), room));
  const id = (host: string): string => plannedKid.replace('contoso-prod.vault.azure.net', host);
  const managed = (cloud: string): object => ({
    type: 'azure-key-vault',
    managedHsm: 'contoso-hsm',
    keyName: 'payroll-root',
    operations: ['wrapKey', 'unwrapKey'],
    cloud,
  });

  it.each([
    [{ cloud: 'china' }, 'contoso-prod.vault.azure.cn'],
    [{ cloud: 'us-government' }, 'contoso-prod.vault.usgovcloudapi.net'],
    [{ vault: 'Contoso-Prod' }, 'contoso-prod.vault.azure.net'],
  ])('%j has its kids at %s', (destination, host) => {
    expect(at(destination, id(host))).toBeNull();
    expect(at(destination, id(`x${host}`))).toBe('AZURE-KID-OF-PLANNED-VAULT');
  });

  it.each([
    ['public', 'contoso-hsm.managedhsm.azure.net'],
    ['china', 'contoso-hsm.managedhsm.azure.cn'],
    ['china', 'contoso-hsm.managedhsm.chinacloudapi.cn'],
    ['us-government', 'contoso-hsm.managedhsm.usgovcloudapi.net'],
  ])('a Managed HSM in %s has its kids at %s', (cloud, host) => {
    const destination = parse(azureKeyVault.schema, managed(cloud));
    const readAt = (place: string): string | null =>
      ruleOf(() => azureKeyVault.readInbound([bundle({ 'key.kid': id(place) })], destination, room));
    expect(readAt(host)).toBeNull();
    expect(readAt(host.replace('managedhsm', 'vault'))).toBe('AZURE-KID-OF-PLANNED-VAULT');
  });
});
