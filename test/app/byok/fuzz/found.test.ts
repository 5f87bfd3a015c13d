import { describe, expect, it } from 'vitest';
import type { InboundFile } from '../../../../app/byok/format.ts';
import type { DestinationType } from '../../../../app/byok/support-matrix.ts';
import { inboundFile } from '../../../support/inbound-files.ts';
import { ruleOf } from '../../../support/rule-of.ts';
import { everyForm } from '../../../support/fuzz/every-form.ts';
import { product } from '../../../support/fuzz/feed.ts';
import type { Values } from '../../../support/fuzz/forms.ts';
import { privateKeyBlobs, privateKeyTexts } from '../../../support/fuzz/private-keys.ts';

const [, , base64 = '', , base64OfPem = '', jwk = ''] = privateKeyTexts;
const wide = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'utf16le'));

/** The rule that refuses the first form of a destination, changed and with a file more. */
function rule(type: DestinationType, members: Values['members'], ...more: InboundFile[]): string | null {
  const [form] = everyForm[type];
  if (form === undefined) return expect.unreachable();
  return ruleOf(() => product(form, [...form.build({ ...form.calls[0], members }), ...more]));
}

// Taken until the fuzz came upon it, each line or its neighbour.
describe('what the fuzz has found is refused', () => {
  it.each<[string, string]>([
    ['in base64', base64],
    ['in base64 without padding', base64.replace(/=+$/, '')],
    ['in base64url', (privateKeyBlobs[0] === undefined ? Buffer.of() : Buffer.from(privateKeyBlobs[0])).toString('base64url')],
    ['in base64 in base64', Buffer.from(base64).toString('base64')],
    ['in base64 twice', `${base64}\n${base64}`],
    ['in PEM in base64', base64OfPem],
  ])('a private key %s, in a member that nobody reads', (_, text) => {
    expect(rule('aws-kms', { note: text })).toBe('INBOUND-NO-PRIVATE-KEY');
    expect(rule('google-cloud-kms', { 'attestation.content': text })).toBe('INBOUND-NO-PRIVATE-KEY');
    expect(rule('ibm-key-protect', { list: ['', { text }] })).toBe('INBOUND-NO-PRIVATE-KEY');
  }); // prettier-ignore

  it('a private key in a README: as JWK, as PEM in base64, and in UTF-16 with a damaged mark', () => {
    const readme = (content: string | Uint8Array): InboundFile => inboundFile('README.txt', content);
    expect(rule('aws-kms', {}, readme('Wrapping algorithm: RSAES_OAEP_SHA_256'))).toBeNull();
    for (const content of [jwk, base64OfPem, wide(base64), wide(`\u00fe${base64}`)]) {
      expect(rule('aws-kms', {}, readme(content))).toBe('INBOUND-NO-PRIVATE-KEY');
    }
    expect(rule('aws-kms', {}, readme(wide(jwk)))).toBe('INBOUND-TEXT-ENCODING');
  });

  it('an end after the year 9999, which has no deadline of four digits', () => {
    expect(rule('aws-kms', { ParametersValidTo: 253_402_300_799 })).toBeNull();
    for (const end of [253_402_300_800, 1_795_521_600_000, '999999999999', '9999-12-31T23:59:59-01:00']) {
      expect(rule('aws-kms', { ParametersValidTo: end })).toBe('INBOUND-JSON-MEMBERS');
    }
    expect(rule('tencent-kms', { 'Response.ParametersValidTo': 1_795_521_600_000 })).toBe('INBOUND-JSON-MEMBERS');
    expect(rule('google-cloud-kms', { expireTime: '9999-12-31T23:59:59-01:00' })).toBe('INBOUND-JSON-MEMBERS');
  });

  it('an array in the place of Azure’s attributes, which hid their end', () => {
    expect(rule('azure-key-vault', { attributes: [] })).toBe('INBOUND-JSON-MEMBERS');
    expect(rule('azure-key-vault', { attributes: [{ enabled: false, expires: 1 }] })).toBe('INBOUND-JSON-MEMBERS');
  });
});
