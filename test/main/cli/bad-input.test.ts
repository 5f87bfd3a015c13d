import { randomBytes } from 'node:crypto';
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodePublicKeyPem } from '../../../app/keys/pem.ts';
import { readLog } from '../../../main/audit/read-log.ts';
import { azureKey, fewPeople, planWith } from '../../support/walk.ts';
import { Desk, makeKek, plannedKid, type TestKek } from '../../support/rehearsal.ts';
import { scratchFolder } from '../../support/token.ts';

let kek: TestKek;
let other: TestKek;
let tooSmall: TestKek;
let scratch: ReturnType<typeof scratchFolder>;
let desk: Desk;

beforeAll(() => {
  kek = makeKek();
  other = makeKek();
  tooSmall = makeKek('rsa-1024');
});

beforeEach(() => {
  scratch = scratchFolder();
  desk = new Desk(scratch.folder);
  desk.plan(planWith([azureKey('root')], fewPeople));
});

afterEach(() => scratch.remove());

const bring = (file: string, content: string | Uint8Array): void => desk.bring('root', file, content);
const bringJson = (changes: Record<string, unknown>): void => bring('kek.json', kek.json(changes));
const pem = (spki: Uint8Array): string => encodePublicKeyPem(spki);
const bringPem = (text: string): void => {
  bring('kek.pem', text);
  bring('kid.txt', plannedKid);
};

/** An odd number of 2048 bits that 3 divides: not hard to factor, but well-formed. */
function multipleOfThree(): string {
  const bytes = randomBytes(256).map((byte, index) => (index === 0 ? byte | 0x80 : byte));
  const number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return Buffer.from((number - (number % 6n) + 3n).toString(16), 'hex').toString('base64');
}

describe('what must not come in', () => {
  const faults: readonly [string, string, () => void][] = [
    ['a private key in place of the public one', 'INBOUND-NO-PRIVATE-KEY', () => bringPem(kek.privatePem())],
    ['two PEM blocks', 'INBOUND-PEM-ONE-PUBLIC-KEY', () => bringPem(pem(kek.spki) + pem(other.spki))],
    ['bytes behind the DER', 'INBOUND-DER-CANONICAL', () => bringPem(pem(Uint8Array.from([...kek.spki, 0])))],
    ['a wrapping key of 1024 bits', 'KEK-SIZE-ALLOWED', () => bringPem(pem(tooSmall.spki))],
    ['an exponent of 1', 'KEK-EXPONENT-SOUND', () => bringJson({ 'key.e': 'AQ==' })],
    ['a modulus with a small factor', 'KEK-MODULUS-SOUND', () => bringJson({ 'key.n': multipleOfThree() })],
    [
      'a wrapping key with more operations',
      'AZURE-KEK-ONLY-IMPORTS',
      () => bringJson({ 'key.keyOps': ['import', 'decrypt'] }),
    ],
    ['a wrapping key of another vault', 'AZURE-KID-OF-PLANNED-VAULT', () => bringJson({ 'key.kid': plannedKid.replace('contoso', 'mallory') })], // prettier-ignore
    ['a kid without a version', 'AZURE-KID-VERSIONED', () => bringJson({ 'key.kid': plannedKid.slice(0, -33) })],
    ['a PEM of another key than the JSON', 'KEK-FILES-AGREE', () => {
      bringJson({});
      bring('kek.pem', pem(other.spki));
    }], // prettier-ignore
    ['a JSON member given twice', 'INBOUND-JSON-STRICT', () => bring('kek.json', kek.json().replace('"managed": null', '"key": {}, "managed": null'))], // prettier-ignore
    ['a file too large to read', 'INBOUND-SIZE-CAPPED', () => bring('kek.json', ' '.repeat(64 * 1024 + 1))],
    ['a file nobody recognises', 'INBOUND-FILES-RECOGNISED', () => {
      bringJson({});
      bring('notes.txt', 'hello');
    }], // prettier-ignore
    ['a link', 'INBOUND-NO-LINKS', () => {
      desk.bring('elsewhere', 'kek.json', kek.json());
      desk.bring('root', 'empty', '');
      symlinkSync(join(desk.inbound, 'elsewhere', 'kek.json'), join(desk.inbound, 'root', 'kek.json'));
    }], // prettier-ignore
    ['nothing at all', 'INBOUND-FOLDER-PER-KEY', () => undefined],
  ];

  it.each(faults)('%s is refused, nothing is written, and the log is intact', (_, rule, plant) => {
    plant();
    const run = desk.rehearse();
    expect(/^refused: ([A-Z0-9-]+): \S.* \S/mu.exec(run.stderr)?.[1]).toBe(rule);
    expect([run.code, run.stdout]).toEqual([1, '']);
    expect(desk.written()).toEqual([]);
    const [ceremony] = readdirSync(join(desk.profile, 'ceremonies'));
    const entries = readLog(join(desk.profile, 'ceremonies', ceremony ?? '', 'log.sqlite'));
    expect(entries.slice(-2).map(({ event }) => event)).toMatchObject([
      { type: 'effect-failed', refusal: { rule } },
      { type: 'exception-opened', rule },
    ]);
  });
});

describe('what comes in with a notice', () => {
  it('a PEM without the cloud’s JSON: what it does not tell was not checked', () => {
    bringPem(pem(kek.spki));
    const run = desk.rehearse();
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/^notice: AZURE-KEK-METADATA-SEEN: \S/mu);
  });
});
