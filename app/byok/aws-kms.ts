import { keySpecs } from '../keys/specs.ts';
import { assembleAws, inspectAws } from './aws/blob.ts';
import { awsSchema, isInChina, readKeyName, type AwsDestination } from './aws/destination.ts';
import { readAwsInbound } from './aws/inbound.ts';
import { awsUpload } from './aws/upload.ts';
import type { DestinationFormat, Way } from './format.ts';
import { supportMatrix } from './support-matrix.ts';
import { endInWords, refusesEnd } from './valid-to.ts';

const day = 24 * 60 * 60 * 1000;
const mostDays = 365;

/**
 * AWS KMS: GetParametersForImport and ImportKeyMaterial of a KMS key whose origin is EXTERNAL. Secret keys go directly
 * under RSAES-OAEP, RSA private keys under RSA_AES_KEY_WRAP only, EC private keys under either.
 * Sources: boto/botocore 1.43, data/kms/2014-11-01/service-2.json (the members, their limits, errors); AWS KMS Developer
 * Guide, "Importing key material", steps 2 to 4 (what is taken how, names of the console's files). Its edition for China
 * (docs.amazonaws.cn): symmetric material is an SM4 key of 16 bytes there, and RSA_AES_KEY_WRAP does not exist.
 * UNCONFIRMED: whether HMAC keys can be imported in China (the pages say both); the service has the last word.
 * UNCONFIRMED: the text of the console's README, which names algorithm and end; nothing is read from it.
 */
export const awsKms: DestinationFormat<AwsDestination> = {
  type: 'aws-kms',
  title: 'AWS KMS',
  schema: awsSchema,

  ways: (destination) => (isInChina(destination.keyId) ? waysInChina() : supportMatrix['aws-kms']),
  option: ({ wrappingAlgorithm }) => wrappingAlgorithm,

  whyNot(destination, spec) {
    const { kind } = keySpecs[spec];
    if (kind === 'aes' && spec !== 'aes-256') return 'AWS imports AES keys of 256 bits only';
    if (isInChina(destination.keyId)) {
      if (kind === 'aes') return 'in its regions in China AWS imports SM4 keys of 128 bits in the place of AES keys';
      if (kind !== 'hmac') {
        return 'AWS has no RSA_AES_KEY_WRAP in its regions in China, and a token puts no private key under RSA directly';
      }
    }
    switch (kind) {
      case 'rsa':
        return 'AWS imports RSA key pairs by RSA_AES_KEY_WRAP only';
      case 'ec':
        return 'a token puts no private key under RSA directly, so EC key pairs go to AWS by RSA_AES_KEY_WRAP only';
      case 'aes':
      case 'hmac':
        return 'AWS imports AES and HMAC keys by RSAES_OAEP only';
    }
  },

  refusesNow({ validTo }, nowIso) {
    const latest = Date.parse(nowIso) + mostDays * day;
    return refusesEnd(validTo, nowIso, { moment: latest, reason: `AWS takes at most ${mostDays} days` });
  },

  cautions: () => [],

  // A wrapping key is made for one KMS key; the same id elsewhere is another key.
  scope: ({ keyId }) => keyId,
  isKekId: ({ keyId }, id) => id === keyId,
  takesZip: true,

  // Key ids are unique, and replicas of a multi-Region key hold the same material: the region makes no difference.
  target: ({ keyId }) => readKeyName(keyId).id,

  describe({ keyId, validTo }) {
    const { id, arn } = readKeyName(keyId);
    // The usual partition is nobody's question; another one is another AWS.
    const partition = arn === null || arn.partition === 'aws' ? '' : `, partition ${arn.partition}`;
    return {
      service: 'AWS KMS',
      place: arn === null ? 'region and account not named' : `region ${arn.region}, account ${arn.account}${partition}`,
      name: id,
      uses: 'as set when the KMS key was created',
      end: endInWords(validTo),
      kekLabel: 'For KMS key',
    };
  },

  readInbound: readAwsInbound,

  assemble: assembleAws,
  inspect: inspectAws,
  upload: awsUpload,
};

function waysInChina(): readonly Way[] {
  return supportMatrix['aws-kms']
    .filter(({ wrap }) => wrap.method !== 'rsa-aes')
    .map((way) => ({ ...way, specs: way.specs.filter((spec) => keySpecs[spec].kind === 'hmac') }));
}
