import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KeySpec } from '../../../app/keys/specs.ts';
import { parseManifest } from '../../../app/bundle/manifest.ts';
import { prepareRehearsalToken } from '../../../main/hsm/rehearsal-token.ts';
import type { Cloud, Order } from '../../support/clouds/cloud.ts';
import { awsCloud } from '../../support/clouds/aws-kms.ts';
import { googleCloudKmsCloud } from '../../support/clouds/google-cloud-kms.ts';
import { ibmKeyProtectCloud } from '../../support/clouds/ibm-key-protect.ts';
import { makePair } from '../../support/openssl.ts';
import { Desk, runCli, type Run } from '../../support/rehearsal.ts';
import { newClient, openFreshToken, pin, scratchFolder } from '../../support/token.ts';
import { fewPeople, planWith } from '../../support/walk.ts';

/**
 * Whole rehearsals on a token that was there before: Debian's unpatched SoftHSM, which knows OAEP with SHA-1 only and pads
 * a wrapped key pair wrongly. What it cannot do must end at the token, before a wrapping key is read.
 */
const library = '/usr/lib/softhsm/libsofthsm2.so';

const token = scratchFolder();
let serial = '';

beforeAll(async () => {
  const hsm = newClient();
  const choice = prepareRehearsalToken(token.folder, library);
  ({ serial } = await openFreshToken(hsm, choice));
  await hsm.close();
  Object.assign(process.env, choice.environment);
});

afterAll(() => token.remove());

let desk: Desk;

beforeEach(() => {
  const scratch = scratchFolder();
  desk = new Desk(scratch.folder);
  return scratch.remove;
});

/** One key to a cloud by one of its ways, with everything that the cloud hands out. */
function rehearse(cloud: Cloud, spec: KeySpec, option: string) {
  const order: Order = { spec, option, name: 'key' };
  const kek = makePair(cloud.type === 'aws-kms' ? 'rsa-2048' : 'rsa-4096');
  const handout = cloud.handOut(kek, order, new Date(Date.now() + 20 * 3_600_000));
  desk.plan(
    planWith(
      [{ id: 'k', spec, source: 'generate', after: 'destroy', destination: cloud.destination(order) }],
      fewPeople,
    ),
  );
  for (const [file, content] of Object.entries(handout.files)) desk.bring('k', file, content);
  const run: Run = desk.rehearse(['--module', library, '--token-serial', serial], `${Buffer.from(pin()).toString()}\n`);
  return { run, kek, order, handout };
}

const refusal = ({ code, stdout, stderr }: Run) => ({
  code,
  stdout,
  rule: /^refused: ([A-Z0-9-]+): /mu.exec(stderr)?.[1],
  said: /^refused: .*$/mu.exec(stderr)?.[0] ?? '',
});

describe('a token that lacks what the plan needs', () => {
  it('is refused with mechanism and hash, and with the option of the destination that it could do', () => {
    const { run } = rehearse(awsCloud, 'aes-256', 'RSAES_OAEP_SHA_256');
    const { said, ...refused } = refusal(run);
    expect(refused).toEqual({ code: 1, stdout: '', rule: 'TOKEN-MECHANISM-AVAILABLE' });
    for (const part of ['0x9', 'SHA-256', 'RSAES_OAEP_SHA_1', 'CKR_ARGUMENTS_BAD']) expect(said).toContain(part);
    expect(desk.written()).toEqual([]);
  });

  it('is refused when it encodes a key pair wrongly, and no option of the destination helps', () => {
    const { run } = rehearse(awsCloud, 'ec-p256', 'RSA_AES_KEY_WRAP_SHA_1');
    const { said, rule } = refusal(run);
    expect(rule).toBe('TOKEN-ENCODES-AS-PROBED');
    expect(said).not.toContain('RSA_AES_KEY_WRAP_SHA_256');
    expect(desk.written()).toEqual([]);
  });

  it('is refused where the destination takes one way only', () => {
    expect(refusal(rehearse(ibmKeyProtectCloud, 'aes-256', 'RSAES_OAEP_SHA_256').run).rule).toBe('TOKEN-MECHANISM-AVAILABLE'); // prettier-ignore
  });

  it('is not given an import job whose method it has not proved', () => {
    const { run } = rehearse(googleCloudKmsCloud, 'aes-256', 'rsa-oaep-4096-sha256');
    const { said, rule } = refusal(run);
    expect(rule).toBe('WRAP-WAY-PROVEN');
    expect(said).toContain('rsa-oaep-4096-sha1-aes-256');
    expect(desk.written()).toEqual([]);
  });
});

describe('the same token', () => {
  it('serves the option that it can do, to the end', () => {
    const { run, kek, order, handout } = rehearse(awsCloud, 'aes-256', 'RSAES_OAEP_SHA_1');
    expect([run.code, refusal(run).said]).toEqual([0, '']);
    const { bundle } = JSON.parse(run.stdout) as { bundle: string };
    const [key = expect.unreachable('one key')] = parseManifest(readFileSync(join(bundle, 'MANIFEST.json'))).keys;
    expect(key.wrap).toEqual({ method: 'oaep', oaepHash: 'sha1', performed: 'single' });
    const delivered = (name: string) => new Uint8Array(readFileSync(join(bundle, 'keys', 'k', name)));
    expect(awsCloud.open(delivered, kek, order, handout, key.wrap)).toHaveLength(32);
    expect(runCli('verify', [bundle]).code).toBe(0);
  });
});
