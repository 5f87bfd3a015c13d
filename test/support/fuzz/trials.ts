import { bareRsaKey, brokenSpki, ecSpki, rsaSpki, type RsaNumbers } from './der.ts';
import type { Edit } from './edits.ts';
import { privateKeyBlobs } from './private-keys.ts';
import type { Random } from './random.ts';
import { pemOf, room, type Form, type Values } from './forms.ts';

const now = Date.parse(room.nowIso) / 1000;
const margin = room.uploadMarginHours * 3600;

/** Ends of a token, from sound ones to such as no clock shows. */
export const endTrials: readonly unknown[] = [
  ...[now + margin, now + margin - 1, now + margin + 1, now, now - 1, 0, -1, 1.5, now * 1000, now * 2].flatMap(
    (end) => [end, String(end)],
  ),
  ...[253_402_300_799, 253_402_300_800, 99_999_999_999, 100_000_000_000, 8.64e12, 8.64e12 + 1, 2 ** 53, 1e308],
  ...[now + margin, now + margin - 1, now + 86_400].map((end) => new Date(end * 1000).toISOString()),
  '2026-11-24T12:00:00+00:00',
  '2026-11-24T12:00:00.123456789+05:30',
  '2026-11-23T19:00:00+05:30',
  '2026-11-24T12:00:00',
  '2026-11-24 12:00:00Z',
  '2026-11-24t12:00:00z',
  '2026-11-24',
  '2027-02-29T12:00:00Z',
  '2027-13-01T12:00:00Z',
  '2027-01-01T24:00:00Z',
  '2027-01-01T23:59:60Z',
  '2027-01-01T12:00:00+99:99',
  '9999-12-31T23:59:59Z',
  '9999-12-31T23:59:59-01:00',
  '+010000-01-01T00:00:00Z',
  'Tue, 24 Nov 2026 12:00:00 GMT',
  '999999999999',
  '1795521600.5',
  '',
  'never',
  null,
  true,
  [],
  {},
];

/**
 * Names that are not the planned one, and some that may be.
 * @param id - the sound name
 * @param inner - the part of it that tells keys apart
 */
export function idTrials(id: string, inner: string): readonly unknown[] {
  const [first = '', ...rest] = inner;
  const other = `${first === 'a' ? 'b' : 'a'}${rest.join('')}`;
  const around = [`${id} `, ` ${id}`, `${id}\n`, `${id}/`, `${id}x`, id.slice(0, -1), `${id}\u0000`];
  const cases = [id.toUpperCase(), id.toLowerCase(), id.replace('-', '\u2010')];
  const elsewhere = [id.replace('eu-central-1', 'eu-west-1'), id.replace('111122223333', '111122223334')];
  const hosts = ['contoso-dev.vault.azure.net', 'contoso-prod.vault.azure.net.evil.example', 'contoso-prod.managedhsm.azure.net', 'contoso-prod.vault.azure.net:444', 'x@contoso-prod.vault.azure.net', 'CONTOSO-PROD.vault.azure.net']; // prettier-ignore
  const kids = [
    ...hosts.map((host) => id.replace('contoso-prod.vault.azure.net', host)),
    `${id}?x=1`,
    `${id}#x`,
    id.replace('/0123456789abcdef0123456789abcdef', ''),
    id.replace('https:', 'http:'),
  ];
  return [inner, id.replace(inner, other), ...around, ...cases, ...elsewhere, ...kids, '', null, 12, [id]];
}

/** Methods of import jobs: those of the API, in its spelling and in others. */
export const algorithmTrials: readonly unknown[] = [
  'RSA_OAEP_4096_SHA256_AES_256',
  'RSA_OAEP_3072_SHA256_AES_256',
  'RSA_OAEP_4096_SHA1_AES_256',
  'RSA_OAEP_3072_SHA1_AES_256',
  'RSA_OAEP_4096_SHA256',
  'RSA_OAEP_3072_SHA256',
  'RSA_OAEP_2048_SHA256',
  'rsa-oaep-4096-sha256-aes-256',
  'RSA-OAEP-4096-SHA256-AES-256',
  'IMPORT_METHOD_UNSPECIFIED',
  'constructor',
  '',
  null,
];

type Change = readonly [name: string, change: (values: Values, random: Random, form: Form) => Values];

/** What may be wrong with the values themselves, or only unusual. */
export const valueChanges: readonly Change[] = [
  ['another number in the key', (values, random) => ({ ...values, ...otherNumbers(values, random) })],
  ['another key', (values, random) => ({ ...values, der: otherKey(values, random) })],
  ['another token', (values, random) => ({ ...values, token: otherToken(values, random) })],
  ['another nonce', (values, random) => ({ ...values, nonce: random.bytes(random.pick([0, 1, 11, 13, 12, 24])) })],
  ['the other call', ({ call }, _random, { calls }) => calls[1 - call] ?? calls[0]],
  ['key of the other call', (values, _random, { calls }) => ({ ...values, modulus: calls[1].modulus })],
  [
    'another value of a member',
    (values, random, { trials }) => {
      const paths = Object.keys(trials);
      if (paths.length === 0) return values;
      const path = random.pick(paths);
      return { ...values, members: { [path]: random.pick(trials[path] ?? []) } };
    },
  ],
];

/** One fault in the DER of the key. */
export const derChanges: readonly Change[] = [
  ['fault in the DER', (values, random) => ({ ...values, der: brokenSpki(values, random) })],
];

/** Changes the PEM text that stands, base64 again, in IBM's payload. */
export function innerPem(values: Values, random: Random, edit: Edit<string>): Values {
  const [, change] = edit;
  const pem = change(pemOf(values), random, pemOf(values));
  return { ...values, members: { payload: Buffer.from(pem).toString('base64') } };
}

const exponents = ['', '01', '02', '03', '04', '010000', '010003', '0100000001', '02000000000000000000000001', `01${'00'.repeat(31)}01`, `01${'00'.repeat(32)}01`, 'ff'.repeat(32)]; // prettier-ignore

function otherNumbers({ modulus, exponent }: RsaNumbers, random: Random): RsaNumbers {
  const changed = modulus.slice();
  const last = modulus.length - 1;
  switch (random.below(10)) {
    case 0:
      changed[last] = (modulus[last] ?? 1) & 0xfe;
      return { modulus: changed, exponent };
    case 1:
      return { modulus: modulus.slice(0, random.pick([0, 1, 64, 128, 255, last])), exponent };
    case 2:
      return { modulus: Uint8Array.of(...random.bytes(random.pick([1, 64, 128, 256])), ...modulus), exponent };
    case 3:
      changed[0] = random.pick([0, 1, 0x7f]);
      return { modulus: changed, exponent };
    case 4:
      return { modulus: multipleOf(modulus, random.pick([3, 5, 7, 11, 257, 743, 751, 757])), exponent };
    case 5:
      return { modulus: withRocaFingerprint(modulus.length, random), exponent };
    default:
      return { modulus, exponent: new Uint8Array(Buffer.from(random.pick(exponents), 'hex')) };
  }
}

function otherKey(values: Values, random: Random): Uint8Array {
  return random.pick([bareRsaKey, rsaSpki, () => ecSpki(random), () => random.pick(privateKeyBlobs)])(values);
}

function otherToken({ token, ...numbers }: Values, random: Random): Uint8Array {
  if (token.length === 0) return token;
  const sizes = [0, 1, 100, 149, 150, 4608, 4609, 6144, 6145, 20_000];
  return random.pick([
    () => random.bytes(random.pick(sizes)),
    () => rsaSpki(numbers),
    () => random.pick(privateKeyBlobs),
    () => Buffer.from('A token of words, which is text. '.repeat(8)),
    () => Buffer.from('{"token": 1}'),
  ])();
}

/** A number of the same size, odd, that a prime divides. */
function multipleOf(modulus: Uint8Array, prime: number): Uint8Array {
  const number = BigInt(`0x${Buffer.from(modulus).toString('hex')}`);
  const rest = number % BigInt(prime);
  const below = number - rest;
  return bytesOf(below % 2n === 0n ? below - BigInt(prime) : below);
}

/** A power of 65537 modulo each prime up to 167 (CVE-2017-15361), of so many bytes. */
function withRocaFingerprint(length: number, random: Random): Uint8Array {
  const product = [...oddPrimes(167)].reduce((all, prime) => all * BigInt(prime), 2n);
  const power = 65537n ** BigInt(1 + random.below(100)) % product;
  const top = 3n << BigInt(8 * length - 2);
  return bytesOf(top - (top % product) + power + product * BigInt(random.below(2 ** 30)));
}

export function* oddPrimes(limit: number): Generator<number> {
  const found: number[] = [];
  for (let candidate = 3; candidate <= limit; candidate += 2) {
    if (found.some((prime) => candidate % prime === 0)) continue;
    found.push(candidate);
    yield candidate;
  }
}

function bytesOf(number: bigint): Uint8Array {
  const hex = number.toString(16);
  return new Uint8Array(Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex'));
}
