import type { KeySpec } from '../keys/specs.ts';
import type { OaepHash, Way, WrapPlan } from './format.ts';

const rsa: readonly KeySpec[] = ['rsa-2048', 'rsa-3072', 'rsa-4096'];
const nist: readonly KeySpec[] = ['ec-p256', 'ec-p384', 'ec-p521'];
const ec: readonly KeySpec[] = [...nist, 'ec-secp256k1'];
const aes: readonly KeySpec[] = ['aes-128', 'aes-192', 'aes-256'];
const hmac: readonly KeySpec[] = ['hmac-224', 'hmac-256', 'hmac-384', 'hmac-512'];
const aes256: readonly KeySpec[] = ['aes-256'];
const huaweiSecret: readonly KeySpec[] = ['aes-256', 'hmac-256', 'hmac-384', 'hmac-512'];
const huaweiEc: readonly KeySpec[] = ['ec-p256', 'ec-p384'];
const googleEc: readonly KeySpec[] = ['ec-p256', 'ec-p384', 'ec-secp256k1'];
const vaultAes: readonly KeySpec[] = ['aes-128', 'aes-256'];

const rsaAes = (oaepHash: OaepHash | null): WrapPlan => ({ method: 'rsa-aes', oaepHash, ephemeralBits: 256 });
const oaep = (oaepHash: OaepHash): WrapPlan => ({ method: 'oaep', oaepHash, nonce: null });
const pkcs1: WrapPlan = { method: 'pkcs1-v1_5', oaepHash: null };
const oaepWithNonce: WrapPlan = { method: 'oaep', oaepHash: 'sha256', nonce: 'aes-gcm' };

const huawei = 'Huawei Cloud and Open Telekom Cloud KMS';
const transit = 'HashiCorp Vault and OpenBao transit';

/** RSA modulus sizes, where a service makes wrapping keys of each. */
const usual = [2048, 3072, 4096];

const row = (place: string, option: string, wrap: WrapPlan, kekBits: number[], ...specs: (readonly KeySpec[])[]): Way => ({ place, option, wrap, kekBits, specs: specs.flat() }); // prettier-ignore

/**
 * What Keyferry carries, and how: for each destination every way of the service, the sizes of its wrapping keys and the
 * key specs that it takes. A key pair goes by RSA-AES only, whatever a service would take besides: a token puts no private
 * key under RSA directly. The sources stand at the head of each destination's file.
 */
// prettier-ignore
export const supportMatrix = {
  'azure-key-vault': [
    row('Azure Key Vault Premium', 'CKM_RSA_AES_KEY_WRAP', rsaAes('sha1'), usual, rsa, ec),
    row('Azure Managed HSM', 'CKM_RSA_AES_KEY_WRAP', rsaAes('sha1'), usual, rsa, ec, aes),
  ],
  'aws-kms': [
    row('AWS KMS', 'RSAES_OAEP_SHA_256', oaep('sha256'), usual, aes256, hmac),
    row('AWS KMS', 'RSAES_OAEP_SHA_1', oaep('sha1'), usual, aes256, hmac),
    row('AWS KMS', 'RSA_AES_KEY_WRAP_SHA_256', rsaAes('sha256'), usual, rsa, ec),
    row('AWS KMS', 'RSA_AES_KEY_WRAP_SHA_1', rsaAes('sha1'), usual, rsa, ec),
  ],
  'huawei-kms': [
    row(huawei, 'RSAES_OAEP_SHA_256', oaep('sha256'), [2048], huaweiSecret),
    row(huawei, 'RSAES_OAEP_SHA_1', oaep('sha1'), [2048], huaweiSecret),
    row(huawei, 'RSAES_PKCS1_V1_5', pkcs1, [2048], huaweiSecret),
    row(huawei, 'RSAES_OAEP_SHA_256', rsaAes('sha256'), [2048], rsa, huaweiEc),
    row(huawei, 'RSAES_OAEP_SHA_1', rsaAes('sha1'), [2048], rsa, huaweiEc),
    row(huawei, 'RSAES_PKCS1_V1_5', rsaAes(null), [2048], rsa, huaweiEc),
  ],
  'ibm-key-protect': [
    row('IBM Key Protect', 'RSAES_OAEP_SHA_256', oaepWithNonce, [4096], aes),
  ],
  'google-cloud-kms': [
    row('Google Cloud KMS', 'rsa-oaep-4096-sha256-aes-256', rsaAes('sha256'), [4096], aes256, hmac, rsa, googleEc),
    row('Google Cloud KMS', 'rsa-oaep-3072-sha256-aes-256', rsaAes('sha256'), [3072], aes256, hmac, rsa, googleEc),
    row('Google Cloud KMS', 'rsa-oaep-4096-sha1-aes-256', rsaAes('sha1'), [4096], aes256, hmac, rsa, googleEc),
    row('Google Cloud KMS', 'rsa-oaep-3072-sha1-aes-256', rsaAes('sha1'), [3072], aes256, hmac, rsa, googleEc),
    row('Google Cloud KMS', 'rsa-oaep-4096-sha256', oaep('sha256'), [4096], aes256, hmac),
    row('Google Cloud KMS', 'rsa-oaep-3072-sha256', oaep('sha256'), [3072], aes256, hmac),
  ],
  'oci-vault': [
    row('Oracle OCI Vault', 'RSA_OAEP_AES_SHA256', rsaAes('sha256'), [4096], aes, rsa),
    row('Oracle OCI Vault', 'RSA_OAEP_SHA256', oaep('sha256'), [4096], aes),
  ],
  'vault-transit': [
    row(transit, 'SHA256', rsaAes('sha256'), [4096], vaultAes, hmac, rsa, nist),
    row(transit, 'SHA1', rsaAes('sha1'), [4096], vaultAes, hmac, rsa, nist),
    row(transit, 'SHA384', rsaAes('sha384'), [4096], vaultAes, hmac, rsa, nist),
    row(transit, 'SHA512', rsaAes('sha512'), [4096], vaultAes, hmac, rsa, nist),
  ],
  'alibaba-kms': [
    row('Alibaba Cloud KMS', 'RSAES_OAEP_SHA_256', oaep('sha256'), [2048], aes256),
    row('Alibaba Cloud KMS', 'RSAES_OAEP_SHA_1', oaep('sha1'), [2048], aes256),
    row('Alibaba Cloud KMS', 'RSAES_PKCS1_V1_5', pkcs1, [2048], aes256),
  ],
  'tencent-kms': [
    row('Tencent Cloud KMS', 'RSAES_OAEP_SHA_256', oaep('sha256'), [2048], aes256),
    row('Tencent Cloud KMS', 'RSAES_OAEP_SHA_1', oaep('sha1'), [2048], aes256),
    row('Tencent Cloud KMS', 'RSAES_PKCS1_V1_5', pkcs1, [2048], aes256),
  ],
} as const satisfies Record<string, readonly Way[]>;

export type DestinationType = keyof typeof supportMatrix;
