import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Way, WrapPlan } from '../../../app/byok/format.ts';
import { supportMatrix } from '../../../app/byok/support-matrix.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { readSpki } from '../../../app/keys/spki.ts';
import type { ProbeReport, WrapNeed } from '../../../main/hsm/port.ts';
import { prepareRehearsalToken } from '../../../main/hsm/rehearsal-token.ts';
import { makePair } from '../../support/openssl.ts';
import { ruleOfAsync } from '../../support/rule-of.ts';
import { newClient, openFreshToken, scratchFolder } from '../../support/token.ts';

/**
 * Debian's SoftHSM 2.6.1 as it is, in place of an HSM that lacks things: OAEP with SHA-1 only, and a key wrap that puts
 * zeros behind a key before it pads it. The right refusals are what is expected here.
 */
const library = '/usr/lib/softhsm/libsofthsm2.so';

const scratch = scratchFolder();
const hsm = newClient();
afterAll(async () => {
  await hsm.close();
  scratch.remove();
});

/** Every way of the support matrix, with its destination. */
const ways = Object.entries(supportMatrix).flatMap(([destination, rows]) =>
  (rows as readonly Way[]).map((way, index) => [`${destination} ${index + 1}, ${way.option}`, way] as const),
);

/** The smaller RSA keys now and then fill a block of 8 bytes by luck, and then nothing shows. */
const isDecided = (spec: KeySpec): boolean => spec !== 'rsa-2048' && spec !== 'rsa-3072';

const needsOf = ({ wrap, kekBits, specs }: Way): WrapNeed[] =>
  specs.filter(isDecided).map((spec) => ({ spec, plan: wrap, kekBits: kekBits[0] ?? 0 }));

const fail = (cause: string): never => expect.unreachable(cause);
const pair = readSpki(makePair('rsa-2048').spki, fail);
const kek = pair.kind === 'rsa' ? pair : fail('not RSA');

let report: ProbeReport;
beforeAll(async () => {
  await openFreshToken(hsm, prepareRehearsalToken(scratch.folder, library));
  report = await hsm.probe(ways.flatMap(([, way]) => needsOf(way)));
});

/** Keys whose encoding is no multiple of 8 bytes: 67, 98 and 28 of them, and about 2374. */
const unaligned: readonly KeySpec[] = ['ec-p256', 'ec-p521', 'hmac-224', 'rsa-4096'];

/** What this token answers to a need: null where it is proved. */
function expected({ spec, plan }: WrapNeed): { rule: string; tried: string } | null {
  if (plan.oaepHash !== null && plan.oaepHash !== 'sha1') {
    const hash = plan.oaepHash.replace('sha', 'SHA-');
    return { rule: 'TOKEN-MECHANISM-AVAILABLE', tried: `CKM_RSA_PKCS_OAEP (0x9) with ${hash}, MGF1-${hash}` };
  }
  const isMispadded = plan.method === 'rsa-aes' && unaligned.includes(spec);
  return isMispadded ? { rule: 'TOKEN-ENCODES-AS-PROBED', tried: 'CKM_AES_KEY_WRAP_PAD (0x210a)' } : null;
}

const same = (a: WrapNeed, b: WrapNeed): boolean => JSON.stringify(a) === JSON.stringify(b);

describe('the unpatched software token', () => {
  it.each(ways)('answers as measured to %s', (_, way) => {
    const needs = needsOf(way);
    expect(needs).not.toEqual([]);
    for (const need of needs) {
      const refusal = report.failures.find((failure) => same(failure.need, need))?.refusal;
      const wanted = expected(need);
      expect(refusal?.rule ?? null, need.spec).toBe(wanted?.rule ?? null);
      expect(refusal?.cause ?? '', need.spec).toContain(wanted?.tried ?? '');
    }
  });

  it('proves what it does not fail, and some of both', () => {
    const proved = ways.flatMap(([, way]) => needsOf(way)).filter((need) => expected(need) === null);
    const names = new Set(proved.map(({ spec, plan }) => `${spec} ${plan.method} ${plan.oaepHash}`));
    const found = new Set(report.proofs.map(({ spec, method, oaepHash }) => `${spec} ${method} ${oaepHash}`));
    expect(found).toEqual(names);
    expect(report.failures.length).toBeGreaterThan(20);
  });

  it('keeps the code of a hash that it does not take', () => {
    const codes = report.failures
      .filter(({ need }) => need.plan.oaepHash === 'sha256')
      .map(({ refusal }) => refusal.code);
    expect(new Set(codes)).toEqual(new Set(['CKR_ARGUMENTS_BAD (0x7)']));
  });

  const sha1: WrapPlan = { method: 'oaep', oaepHash: 'sha1', nonce: null };
  it.each<[WrapPlan, Uint8Array | null, string | null]>([
    [sha1, null, null],
    [{ method: 'pkcs1-v1_5', oaepHash: null }, null, null],
    [{ ...sha1, oaepHash: 'sha256' }, null, 'TOKEN-MECHANISM-AVAILABLE'],
    [{ ...sha1, oaepHash: 'sha256', nonce: 'aes-gcm' }, new Uint8Array(12), 'TOKEN-MECHANISM-AVAILABLE'],
    // Its AES-GCM is sound: where the hash of OAEP does not stand in the way, the nonce is sealed.
    [{ ...sha1, nonce: 'aes-gcm' }, new Uint8Array(12), null],
  ])('wraps a real key in the same ways: %o', async (plan, nonce, rule) => {
    const key =
      (await hsm.findTargetKey('ae', 'aes-256')) ??
      (await hsm.generateTargetKey({ ckaId: 'ae', spec: 'aes-256', label: 'key' }));
    const request = { ckaId: 'ae', spec: 'aes-256', recorded: key, plan, kek, nonce } as const;
    expect(await ruleOfAsync(() => hsm.wrapTargetKey(request))).toBe(rule);
  });
});
