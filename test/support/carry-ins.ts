import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { DestinationType } from '../../app/byok/support-matrix.ts';
import type { KeySpec } from '../../app/keys/specs.ts';
import type { CloudKek, Handout, Order } from './clouds/cloud.ts';
import { clouds } from './clouds/index.ts';
import { testKek } from './inbound-files.ts';
import { makePair } from './openssl.ts';
import type { Desk } from './rehearsal.ts';

/** The files in the folder of one key, by name. */
export type Files = Handout['files'];

/** A key of a plan, and what its cloud handed out for it. */
export interface CarryIn {
  /** Of the key in the plan, and so of its folder. */
  readonly id: string;
  readonly planned: Readonly<Record<string, unknown>>;
  readonly kek: Pick<CloudKek, 'spki'>;
  readonly handout: Handout;
}

/** Two keys for AWS, since a wrapping key serves one of them only. */
const ordered = {
  aws: ['aws-kms', 'aes-256', 'RSAES_OAEP_SHA_256'],
  'aws-two': ['aws-kms', 'aes-256', 'RSAES_OAEP_SHA_256'],
  azure: ['azure-key-vault', 'ec-p256', 'CKM_RSA_AES_KEY_WRAP'],
  huawei: ['huawei-kms', 'aes-256', 'RSAES_OAEP_SHA_256'],
  ibm: ['ibm-key-protect', 'aes-256', 'RSAES_OAEP_SHA_256'],
  google: ['google-cloud-kms', 'ec-p256', 'rsa-oaep-3072-sha256-aes-256'],
  oci: ['oci-vault', 'aes-256', 'RSA_OAEP_AES_SHA256'],
  vault: ['vault-transit', 'aes-256', 'SHA256'],
  alibaba: ['alibaba-kms', 'aes-256', 'RSAES_OAEP_SHA_256'],
  tencent: ['tencent-kms', 'aes-256', 'RSAES_OAEP_SHA_256'],
} as const satisfies Record<string, readonly [DestinationType, KeySpec, string]>;

export type CarryInId = keyof typeof ordered;
export const carryInIds = Object.keys(ordered) as readonly CarryInId[];

/**
 * A sound key for every destination, and what its cloud hands out, with a wrapping key of its own each.
 * @param ends - when tokens and jobs end
 */
export function soundCarryIns(ends: Date): Readonly<Record<CarryInId, CarryIn>> {
  const made = carryInIds.map((id) => {
    const [type, spec, option] = ordered[id];
    const cloud = clouds.find((each) => each.type === type);
    if (cloud === undefined) throw new Error(`there is no ${type}`);
    const order: Order = { spec, option, name: id };
    const kek = kekFor(id);
    const planned = { id, spec, source: 'generate', after: 'destroy', destination: cloud.destination(order) };
    // Nothing is opened here: the private half may be missing.
    return [id, { id, planned, kek, handout: cloud.handOut({ pkcs8: new Uint8Array(), ...kek }, order, ends) }] as const;
  });
  return Object.fromEntries(made) as Record<CarryInId, CarryIn>;
}

function kekFor(id: CarryInId): Pick<CloudKek, 'spki'> {
  if (id === 'ibm') return testKek(4096);
  if (id === 'google') return testKek(3072);
  return makePair(id === 'oci' || id === 'vault' ? 'rsa-4096' : 'rsa-2048');
}

/** Puts files into the folder of a key in the place of whatever was there. */
export function bringOnly(desk: Desk, key: string, files: Files): void {
  rmSync(join(desk.inbound, key), { recursive: true, force: true });
  for (const [name, content] of Object.entries(files)) desk.bring(key, name, content);
}

/** An import token of another call. */
export const otherToken = (): Uint8Array => new Uint8Array(randomBytes(1824));
