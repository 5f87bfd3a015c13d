import { readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { OaepHash, Way, WrapPlan } from '../../../app/byok/format.ts';
import { supportMatrix } from '../../../app/byok/support-matrix.ts';
import { logNamesOf } from '../../../app/ceremony/log-key.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { makeKey } from '../../../main/hsm/key-objects.ts';
import { dropHead, keepHead, readHead } from '../../../main/hsm/log-head.ts';
import { destroyLogKey, signWithLogKey } from '../../../main/hsm/log-key.ts';
import { differencesFrom, readBackKey } from '../../../main/hsm/made-keys.ts';
import { makeThrowAwayKek, type ThrowAwayKek } from '../../../main/hsm/opening.ts';
import { CryptokiModule, users } from '../../../main/hsm/pkcs11.ts';
import type { WrapNeed } from '../../../main/hsm/port.ts';
import { proveEach } from '../../../main/hsm/probe.ts';
import { proveEncoding, throwAwayKeys, type Bench, type Proven } from '../../../main/hsm/self-test.ts';
import { inSession } from '../../../main/hsm/session.ts';
import { logConsequences, logPrivate, logPublic } from '../../../main/hsm/templates.ts';
import { findBySerial } from '../../../main/hsm/tokens.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { pin, scratchFolder } from '../../support/token.ts';

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
login.login(users.securityOfficer, pin(''));
login.initialisePin(pin());
login.logout();
login.login(users.user, pin());
const holder = cryptoki.openSession(slot);
afterAll(() => {
  holder.close();
  login.close();
  cryptoki.finalize();
  scratch.remove();
});

const keks = new Map<number, ThrowAwayKek>();
const bench: Bench = {
  attempt: (operation) => inSession(cryptoki, slot, operation),
  // They end with the session.
  throwAwayKey: throwAwayKeys({ session: holder, temporary: (object) => object }),
};

function kekOf(bits: number): ThrowAwayKek {
  const kek = keks.get(bits) ?? makeThrowAwayKek(bits);
  keks.set(bits, kek);
  return kek;
}

function proveNeed(need: WrapNeed, listed = cryptoki.mechanismNumbers(slot)): Proven {
  return proveEncoding(bench, need, kekOf(need.kekBits), listed);
}

const rsaAes = (oaepHash: OaepHash): WrapPlan => ({ method: 'rsa-aes', oaepHash, ephemeralBits: 256 });

function prove(spec: KeySpec, oaepHash: OaepHash, listed = cryptoki.mechanismNumbers(slot)): Proven {
  return proveNeed({ spec, plan: rsaAes(oaepHash), kekBits: 2048 }, listed);
}

/** Every need that any plan can have of a token, by how it wraps; NSS has no secp256k1. */
const ways: readonly Way[] = Object.values(supportMatrix).flat();
const nameOf = (plan: WrapPlan): string => Object.values(plan).join(' ');
const plans = new Map(ways.map(({ wrap }) => [nameOf(wrap), wrap]));
const needsOf = (plan: WrapPlan): WrapNeed[] =>
  ways
    .filter(({ wrap }) => nameOf(wrap) === nameOf(plan))
    .flatMap(({ kekBits, specs }) => kekBits.flatMap((bits) => specs.map((spec) => ({ spec, plan, kekBits: bits }))))
    .filter(({ spec }) => spec !== 'ec-secp256k1');

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
    const need: WrapNeed = { spec: 'ec-secp256k1', plan: rsaAes('sha1'), kekBits: 2048 };
    const { proofs, failures } = proveEach([need], (each) => proveNeed(each));
    expect(proofs).toEqual([]);
    expect(failures).toMatchObject([{ need, refusal: { code: 'CKR_DOMAIN_PARAMS_INVALID (0x130)' } }]);
    expect(failures[0]?.refusal.rule).toBe('TOKEN-MECHANISM-AVAILABLE');
    expect(failures[0]?.refusal.cause).toContain('CKM_EC_KEY_PAIR_GEN (0x1040)');
  });
});

describe('every way of the support matrix', () => {
  it.each([...plans])('is proved on the token of NSS: %s', (_, plan) => {
    const needs = needsOf(plan);
    const { proofs, failures } = proveEach(needs, (need) => proveNeed(need));
    expect(failures).toEqual([]);
    expect(new Set(proofs.map(({ spec }) => spec))).toEqual(new Set(needs.map(({ spec }) => spec)));
    const nonce = plan.method === 'oaep' ? plan.nonce : null;
    for (const proof of proofs) {
      expect(proof).toMatchObject({ method: plan.method, oaepHash: plan.oaepHash, nonce });
    }
  });

  it('is there by each method', () => {
    const methods = [...plans.values()].map(({ method }) => method);
    expect(new Set(methods)).toEqual(new Set(['rsa-aes', 'oaep', 'pkcs1-v1_5']));
  });
});

describe('the log of a ceremony on the token of NSS', () => {
  const ceremony = 'rehearsal-2026-11-26-nss';

  it('has no data objects for its head, and says so', () => {
    const head = { size: 17, root: 'ab'.repeat(32) };
    const answer = { kept: false, code: 'CKR_ATTRIBUTE_VALUE_INVALID (0x13)' };
    expect(keepHead(holder, { ceremony, head })).toEqual(answer);
    expect(readHead(holder, { ceremony })).toBeNull();
    expect(dropHead(holder, { ceremony })).toBe(0);
  });

  it('is signed by a key that is made as it was asked for, but for CKA_LOCAL, which NSS never tells', () => {
    const { ckaId, keyLabel } = logNamesOf(ceremony);
    const place = { ckaId, label: keyLabel, lives: 'in-session' } as const;
    const plan = { key: logPrivate(place), publicHalf: logPublic(place), consequences: logConsequences };
    const pair = makeKey(holder, 'ec-p256', plan);
    const differing = differencesFrom(plan, readBackKey(holder, pair, plan));
    expect(differing.map(({ name }) => name)).toEqual(['CKA_LOCAL']);
    const message = Buffer.from('17 entries\n');
    // It refuses what does not verify.
    expect(signWithLogKey(holder, { ceremony, message })).toMatch(/^30/u);
    expect(destroyLogKey(holder, { ceremony })).toBe(2);
  });
});
