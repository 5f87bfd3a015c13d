import type { DestinationType } from '../../../app/byok/support-matrix.ts';
import { alibabaCloud } from '../clouds/alibaba-kms.ts';
import { awsCloud, uuidOf } from '../clouds/aws-kms.ts';
import { azureCloud } from '../clouds/azure-key-vault.ts';
import { googleCloudKmsCloud } from '../clouds/google-cloud-kms.ts';
import { huaweiKmsCloud } from '../clouds/huawei-kms.ts';
import { ibmKeyProtectCloud } from '../clouds/ibm-key-protect.ts';
import { ociVaultCloud } from '../clouds/oci-vault.ts';
import { tencentCloud } from '../clouds/tencent-kms.ts';
import { vaultTransitCloud } from '../clouds/vault-transit.ts';
import { inboundFile } from '../inbound-files.ts';
import { base64, derOf, form, jsonForm, keyName, pemOf, type Form, type KekBits, type Values } from './forms.ts';
import { memberOf } from './lenient.ts';
import { algorithmTrials, endTrials, idTrials } from './trials.ts';

const sizes: readonly KekBits[] = [2048, 3072, 4096];
const uuid = uuidOf(keyName);
const arn = `arn:aws:kms:eu-central-1:111122223333:key/${uuid}`;
const kid = 'https://contoso-prod.vault.azure.net/keys/kek/0123456789abcdef0123456789abcdef';

/** Time stamps in file names, of the first and the second call. */
const stamp = ({ call }: Values): string => `${uuid}_${call === 0 ? '20261123140000' : '20261123150000'}`;

const aws = (bits: KekBits) => ({ cloud: awsCloud, bits });
const awsJson = (bits: KekBits, keyId: string): Form =>
  jsonForm(
    `JSON for ${keyId}`,
    { ...aws(bits), plan: { keyId } },
    256,
    (values) => ({ PublicKey: base64(derOf(values)), ImportToken: base64(values.token) }),
    { trials: { KeyId: idTrials(arn, uuid), ParametersValidTo: endTrials } },
  );

const awsForms: readonly Form[] = [
  ...sizes.map((bits) => awsJson(bits, arn)),
  awsJson(2048, uuid),
  form('files of the console', aws(2048), 1824, (values) => [
    inboundFile('WrappingPublicKey.bin', derOf(values)),
    inboundFile('ImportToken.bin', values.token),
    inboundFile('README.txt', 'Wrapping algorithm: RSAES_OAEP_SHA_256\n'),
  ]),
  form('files of the older console', aws(3072), 512, (values) => [
    inboundFile(`wrappingKey_${stamp(values)}`, derOf(values)),
    inboundFile(`importToken_${stamp(values)}`, values.token),
    inboundFile(`README_${stamp(values)}.txt`, 'Wrapping algorithm: RSAES_OAEP_SHA_256\n'),
  ]),
  form('files out of the zip', aws(4096), 512, (values) => [
    inboundFile(`Import_Parameters_${stamp(values)}.zip/WrappingPublicKey.bin`, derOf(values)),
    inboundFile(`Import_Parameters_${stamp(values)}.zip/ImportToken.bin`, values.token),
  ]),
];

const huawei = { cloud: huaweiKmsCloud, bits: 2048 } as const;
const lines = (bytes: Uint8Array): string => (base64(bytes).match(/.{1,76}/g) ?? []).join('\n');
const huaweiForms: readonly Form[] = [
  jsonForm(
    'JSON',
    huawei,
    600,
    (values) => ({ public_key: base64(derOf(values)), import_token: base64(values.token) }),
    { trials: { key_id: idTrials(uuid, uuid), expiration_time: endTrials } },
  ),
  form('raw files', huawei, 600, (values) => [
    inboundFile(`wrappingKey_${stamp(values)}`, derOf(values)),
    inboundFile(`importToken_${stamp(values)}`, values.token),
    inboundFile(`README_${stamp(values)}`, 'The key expires after 24 hours.\n'),
  ]),
  form('base64 texts', huawei, 600, (values) => [
    inboundFile('public key.txt', `${base64(derOf(values))}\n`),
    inboundFile('token.txt', `${lines(values.token)}\n`),
  ]),
];

const azure = (bits: KekBits) => ({ cloud: azureCloud, bits });
const azureTrials = {
  'key.kid': idTrials(kid, 'kek'),
  'key.kty': ['RSA', 'rsa-hsm', 'EC-HSM', 'oct-HSM', '', null],
  'key.keyOps': [[], null, ['import', 'import'], ['import', 'wrapKey'], ['wrapKey'], 'import', { 0: 'import' }],
  'key.key_ops': [['import'], ['wrapKey'], []],
  attributes: [null, {}, [], 'none', { enabled: false }, { exp: 1 }, { nbf: 1_795_521_600 }, { exp: null }],
  'attributes.enabled': [false, null, 'true', 0],
  'attributes.expires': endTrials,
  'attributes.exp': endTrials,
  'attributes.notBefore': endTrials,
  'attributes.nbf': endTrials,
};
const azureJson = (bits: KekBits, encoding: 'base64' | 'base64url'): Form =>
  jsonForm(
    `JSON in ${encoding}`,
    azure(bits),
    0,
    (values) => ({ 'key.n': text(values.modulus, encoding), 'key.e': text(values.exponent, encoding) }),
    { trials: azureTrials },
  );
const text = (bytes: Uint8Array, encoding: 'base64' | 'base64url'): string => Buffer.from(bytes).toString(encoding);

const azureForms: readonly Form[] = [
  azureJson(2048, 'base64'),
  azureJson(3072, 'base64url'),
  azureJson(4096, 'base64'),
  form('PEM and key identifier', azure(2048), 0, (values) => [
    inboundFile('kek.pem', pemOf(values)),
    inboundFile('kid.txt', `${kid}\n`),
  ]),
  form('PEM and JSON', azure(4096), 0, (values) => [
    inboundFile('kek.pem', pemOf(values)),
    ...azureJson(4096, 'base64').build(values),
  ]),
];

const methods = supportedMethods();
const googleForms: readonly Form[] = methods.map(({ row, bits, method }) =>
  jsonForm(method, { cloud: googleCloudKmsCloud, bits, row }, 0, (values) => ({ 'publicKey.pem': pemOf(values) }), {
    trials: {
      name: idTrials(`projects/contoso-prod/locations/europe-west3/keyRings/payroll/importJobs/${keyName}-job`, keyName),
      state: ['PENDING_GENERATION', 'EXPIRED', 'active', '', null],
      importMethod: algorithmTrials,
      expireTime: endTrials,
      publicKey: [null, {}, []],
    },
  }),
); // prettier-ignore

/** Rows of the support matrix that differ in what has to be compared. */
function supportedMethods(): readonly { row: number; bits: KekBits; method: string }[] {
  return [
    { row: 0, bits: 4096, method: 'RSA-AES under RSA-4096' },
    { row: 1, bits: 3072, method: 'RSA-AES under RSA-3072' },
    { row: 5, bits: 3072, method: 'RSA-OAEP' },
  ];
}

const ociState = ['DISABLED', 'PENDING_DELETION', 'enabled', '', null];
const oci = { cloud: ociVaultCloud, bits: 4096 } as const;
const ociForms: readonly Form[] = [
  jsonForm('JSON of the CLI', oci, 0, (values) => ({ 'data.public-key': pemOf(values) }), {
    trials: { 'data.lifecycle-state': ociState, data: [null, [], {}], publicKey: ['text'] },
  }),
  jsonForm('JSON of the API', oci, 0, (values) => ({ publicKey: pemOf(values) }), {
    trials: { lifecycleState: ociState, data: [null, [], {}] },
    from: () => ({ id: 'ocid1.key.oc1.iad.example', lifecycleState: 'ENABLED', publicKey: '' }),
  }),
  form('PEM', oci, 0, (values) => [inboundFile('wrapping-key.pem', pemOf(values))]),
];

const vault = { cloud: vaultTransitCloud, bits: 4096 } as const;
const vaultForms: readonly Form[] = [
  jsonForm('whole answer', vault, 0, (values) => ({ 'data.public_key': pemOf(values) }), {
    trials: { data: [null, [], {}], public_key: ['text'] },
  }),
  jsonForm('data alone', vault, 0, (values) => ({ public_key: pemOf(values) }), {
    trials: { data: [null, [], {}] },
    from: () => ({ public_key: '' }),
  }),
  form('PEM', vault, 0, (values) => [inboundFile('wrapping_key.pem', pemOf(values))]),
];

const ibmForms: readonly Form[] = [
  jsonForm(
    'JSON',
    { cloud: ibmKeyProtectCloud, bits: 4096 },
    0,
    (values) => ({ payload: base64(Buffer.from(pemOf(values))), nonce: base64(values.nonce) }),
    { trials: { expirationDate: endTrials } },
  ),
];

const alibabaForms: readonly Form[] = [
  jsonForm(
    'JSON',
    { cloud: alibabaCloud, bits: 2048 },
    400,
    (values) => ({ PublicKey: base64(derOf(values)), ImportToken: base64(values.token) }),
    { trials: { KeyId: idTrials(`key-hzz${keyName}`, keyName), TokenExpireTime: endTrials } },
  ),
];

const tencentJson = (name: string, prefix: string, from: (template: object) => object): Form =>
  jsonForm(
    name,
    { cloud: tencentCloud, bits: 2048 },
    96,
    (values) => ({
      [`${prefix}PublicKey`]: base64(derOf(values)),
      [`${prefix}ImportToken`]: base64(values.token),
    }),
    {
      trials: {
        [`${prefix}KeyId`]: idTrials(`93866e69-${keyName}`, keyName),
        [`${prefix}ParametersValidTo`]: endTrials,
        Response: [null, [], {}],
      },
      from,
    },
  );
const tencentForms: readonly Form[] = [
  tencentJson('JSON of the API', 'Response.', (template) => template),
  tencentJson('JSON of the CLI', '', withoutEnvelope),
];

/** What tccli prints: the answer without `Response` around it. */
function withoutEnvelope(template: object): object {
  const answer = memberOf(template, 'Response');
  return typeof answer === 'object' && answer !== null ? answer : {};
}

/** Every form of inbound files that a plan's destination may find, by destination. */
export const everyForm: Readonly<Record<DestinationType, readonly Form[]>> = {
  'alibaba-kms': alibabaForms,
  'aws-kms': awsForms,
  'azure-key-vault': azureForms,
  'google-cloud-kms': googleForms,
  'huawei-kms': huaweiForms,
  'ibm-key-protect': ibmForms,
  'oci-vault': ociForms,
  'tencent-kms': tencentForms,
  'vault-transit': vaultForms,
};
