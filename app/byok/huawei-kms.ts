import { keySpecs, type KeySpec } from '../keys/specs.ts';
import type { DestinationFormat, Notice } from './format.ts';
import { hostOf, huaweiSchema, isOpenTelekomCloud, type HuaweiDestination } from './huawei/destination.ts';
import { readHuaweiInbound } from './huawei/inbound.ts';
import { assembleRequest, inspectRequest } from './huawei/request.ts';
import { huaweiUpload } from './huawei/upload.ts';
import { supportMatrix } from './support-matrix.ts';
import { endInWords, refusesEnd } from './valid-to.ts';

/**
 * KMS of Huawei Cloud and Open Telekom Cloud. A secret key goes under the RSA-2048 wrapping key itself; a key pair as two
 * values, an ephemeral AES-256 key under the wrapping key and the PKCS#8 private key under that by RFC 5649.
 * Source: support.huaweicloud.com/intl/en-us/api-dew, CreateParametersForImport (2025-10-16) and ImportKeyMaterial
 * (2026-06-09); opentelekomcloud-docs/key-management-service, api-ref and umn, importing_key_materials.rst (2026-04-22).
 *
 * UNCONFIRMED: the length of HMAC keys of 384 and 512 bits (KMS.2604 speaks of 32 bytes), and whether Huawei Cloud imports
 * any; whether Huawei Cloud still takes RSAES_OAEP_SHA_1 and RSAES_PKCS1_V1_5, which its page no longer lists and that of
 * Open Telekom Cloud does; whether a private key without public point passes, being shorter than the 200 characters that
 * both pages want; what the id in the clear in an import token names; KooCLI. SM2 and SM4 are left out.
 */
export const huaweiKms: DestinationFormat<HuaweiDestination> = {
  type: 'huawei-kms',
  title: 'Huawei Cloud and Open Telekom Cloud KMS',
  schema: huaweiSchema,

  // No end is set for a key pair, so a plan that names one has no way for it.
  ways: ({ validTo }) =>
    supportMatrix['huawei-kms'].filter(({ wrap }) => validTo === undefined || wrap.method !== 'rsa-aes'),
  option: ({ wrappingAlgorithm }) => wrappingAlgorithm,

  whyNot({ validTo }, spec) {
    const isCarried = supportMatrix['huawei-kms'].some(({ specs }) => specs.some((each) => each === spec));
    return isCarried && validTo !== undefined
      ? 'Huawei has no end for the material of a key pair, and the plan names one'
      : reasons[keySpecs[spec].kind];
  },

  refusesNow: ({ validTo }, nowIso) => refusesEnd(validTo, nowIso, null),
  cautions,

  scope: placeOf,
  isKekId: ({ keyId }, id) => id === keyId,
  takesZip: false,
  target: placeOf,

  describe(destination) {
    const { projectId, keyId, validTo } = destination;
    return {
      service: isOpenTelekomCloud(destination) ? 'Open Telekom Cloud KMS' : 'Huawei Cloud KMS',
      place: `${hostOf(destination)}, project ${projectId}`,
      name: keyId,
      uses: 'as set when the KMS key was created',
      end: endInWords(validTo),
      kekLabel: 'For KMS key',
    };
  },

  readInbound: readHuaweiInbound,

  assemble: assembleRequest,
  inspect: inspectRequest,
  upload: huaweiUpload,
};

/** A wrapping key is made for one key, so both are told apart by the same. */
function placeOf(destination: HuaweiDestination): string {
  return `${hostOf(destination)}/${destination.projectId}/${destination.keyId}`;
}

/** Why other specs of a kind are not taken; of RSA every one is. */
const reasons = {
  aes: 'Huawei imports AES keys of 256 bits only',
  hmac: 'Huawei imports HMAC keys of 256, 384 and 512 bits only',
  ec: 'Huawei imports EC keys of the curves P-256 and P-384 only',
  rsa: 'Huawei imports RSA keys of 2048, 3072 and 4096 bits only',
} as const;

/** Where pages of the service contradict each other, or ask for what not every HSM gives. */
function cautions(destination: HuaweiDestination, spec: KeySpec): readonly Notice[] {
  const { kind } = keySpecs[spec];
  if (kind === 'hmac' && !isOpenTelekomCloud(destination)) {
    const text = `Open Telekom Cloud imports ${spec}; Huawei Cloud's user guide says that it imports no HMAC keys.`;
    return [{ rule: 'PLAN-OPERATIONS-FIT-SPEC', text }];
  }
  if (kind !== 'ec') return [];
  const text = `For ${spec} the service wants a private key with its public point: without it, it is shorter than documented. Not every HSM puts it in.`;
  return [{ rule: 'PLAN-OPERATIONS-FIT-SPEC', text }];
}
