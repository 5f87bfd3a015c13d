import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { OaepHash } from '../../../app/byok/format.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { makeThrowAwayKek } from '../../../main/hsm/opening.ts';
import { CryptokiError, CryptokiModule, users } from '../../../main/hsm/pkcs11.ts';
import { proveEncoding } from '../../../main/hsm/self-test.ts';
import { inSession } from '../../../main/hsm/session.ts';
import { findBySerial } from '../../../main/hsm/tokens.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { scratchFolder } from '../../support/token.ts';

/**
 * NSS's software token, which no code of SoftHSM or OpenSSL is in, as a second opinion. It is on every Debian that runs
 * Electron. Its policy is weak, so only its cryptography counts here.
 */
const library = '/usr/lib/x86_64-linux-gnu/libsoftokn3.so';

const scratch = scratchFolder();
// NSS wants a string; the blank at its end keeps unpatched versions of pkcs11js from eating a quote.
const parameters = `configdir='sql:${scratch.folder}' certPrefix='' keyPrefix='' secmod='secmod.db' flags= `;
const cryptoki = new CryptokiModule(library, parameters);
const slot = cryptoki.slots()[1] ?? expect.unreachable('NSS has two slots');
const login = cryptoki.openSession(slot);
login.login(users.securityOfficer, '');
login.initialisePin('738194');
login.logout();
login.login(users.user, '738194');
afterAll(() => {
  login.close();
  cryptoki.finalize();
  scratch.remove();
});

const kek = makeThrowAwayKek(2048);

function prove(spec: KeySpec, oaepHash: OaepHash, listed = cryptoki.mechanismNumbers(slot)) {
  const need = { spec, plan: { method: 'rsa-aes', oaepHash, ephemeralBits: 256 }, kekBits: 2048 } as const;
  return proveEncoding((attempt) => inSession(cryptoki, slot, attempt), need, kek, listed);
}

describe('the self-test on the token of NSS', () => {
  it('is not found by a serial that both its slots have', () => {
    const serials = cryptoki.slots().map((each) => cryptoki.tokenInfo(each).serial);
    expect(new Set(serials).size).toBe(1);
    expect(ruleOf(() => findBySerial({ cryptoki, sha256: '' }, serials[0] ?? ''))).toBe('TOKEN-SERIAL-AS-IDENTIFIED');
  });

  it('keeps its store where the parameters say', () => {
    expect(readdirSync(scratch.folder)).toContain('key4.db');
  });

  it.each([
    ['aes-256', 'sha1', 32],
    ['hmac-384', 'sha256', 48],
    // NSS puts the public point into the PKCS#8, which SoftHSM leaves out.
    ['ec-p256', 'sha1', 138],
    ['ec-p384', 'sha384', 185],
    ['ec-p521', 'sha512', 241],
  ] as const)('proves %s with %s', (spec, hash, payloadBytes) => {
    expect(prove(spec, hash)).toMatchObject({ kwp: 'CKM_AES_KEY_WRAP_KWP', proof: { payloadBytes } });
  });

  it('proves rsa-2048', () => {
    expect(prove('rsa-2048', 'sha256').proof.payloadBytes).toBeGreaterThan(1200);
  });

  it.each([
    ['aes-256', 'WRAP-OUTPUT-WELL-FORMED'],
    ['ec-p256', 'TOKEN-ENCODES-AS-PROBED'],
  ] as const)('does not take its 0x210a, which pads by PKCS#7, for RFC 5649: %s', (spec, rule) => {
    const withoutKwp = cryptoki.mechanismNumbers(slot).filter((number) => number !== 0x210b);
    expect(withoutKwp).toContain(0x210a);
    expect(ruleOf(() => prove(spec, 'sha1', withoutKwp))).toBe(rule);
  });

  it('has no secp256k1, and says so', () => {
    expect(() => prove('ec-secp256k1', 'sha1')).toThrow(CryptokiError);
  });
});
