import * as v from 'valibot';
import { keySpecs } from '../keys/specs.ts';
import type { DestinationFormat, KeyToUpload, UploadCommand, UploadSection } from './format.ts';
import { parseMembers } from './inbound/candidates.ts';
import { utc } from './inbound/deadline.ts';
import { parameterNames, type ParametersFile } from './inbound/import-parameters.ts';
import { plainName, utcMoment } from './names.ts';
import { jsonFile } from './outbound/files.ts';
import { importRequest, inspectRequest, requestFileName } from './outbound/import-request.ts';
import { wrapAgain } from './outbound/remedies.ts';
import { inBothShells } from './outbound/shell.ts';
import { regionalKey } from './regional-key.ts';
import { supportMatrix } from './support-matrix.ts';
import { refusesEnd, unixEnd } from './valid-to.ts';

const ways = supportMatrix['tencent-kms'];
const algorithms = ways.map(({ option }) => option);

/** The plan's `destination` member for Tencent Cloud KMS. */
const tencentSchema = v.strictObject({
  type: v.literal('tencent-kms'),
  region: plainName,
  keyId: plainName,
  wrappingAlgorithm: v.picklist(algorithms, `a wrapping algorithm is one of ${algorithms.join(', ')}`),
  validTo: v.exactOptional(utcMoment),
});

export type TencentDestination = v.InferOutput<typeof tencentSchema>;

type Key = KeyToUpload<TencentDestination>;

const members = v.looseObject({
  KeyId: v.string(),
  PublicKey: v.string(),
  ImportToken: v.string(),
  ParametersValidTo: v.pipe(v.number(), v.safeInteger()),
});

const envelope = v.looseObject({ Response: v.unknown() });

/** The API answers inside `Response`, which tccli takes off. */
const parametersFile: ParametersFile = {
  label: 'JSON of Tencent’s GetParametersForImport',
  names: parameterNames,
  kekBits: ways[0].kekBits,
  parse(value, file) {
    const answer = v.is(envelope, value)
      ? parseMembers(v.looseObject({ Response: members }), value, file).Response
      : parseMembers(members, value, file);
    return {
      keyId: answer.KeyId,
      publicKey: answer.PublicKey,
      importToken: answer.ImportToken,
      validTo: answer.ParametersValidTo,
    };
  },
};

const requestSchema = v.strictObject({
  KeyId: v.string(),
  EncryptedKeyMaterial: v.string(),
  ImportToken: v.string(),
  ValidTo: v.pipe(v.number(), v.safeInteger()),
});

/** The last second that ImportKeyMaterial takes as an end, 2038-01-18T16:00:00Z. */
const latestEnd = { moment: 2_147_443_200_000, reason: 'Tencent Cloud takes no later end than 2147443200' };

/**
 * Tencent Cloud KMS: GetParametersForImport and ImportKeyMaterial of API 2019-01-18, for a key of the type EXTERNAL.
 * RSA_2048 wraps 32 bytes directly; 16 bytes (SM4) in regions with Chinese national cryptography, which are not carried.
 * Sources: cloud.tencent.com/document/api/573/38496 and document/product/573/38497 (members, limits; that a later
 * GetParametersForImport ends the earlier token); errors.go of TencentCloud/tencentcloud-sdk-go; README.md and
 * cli_input_json.py of TencentCloud/tencentcloud-cli (`--cli-input-json file://`).
 * UNCONFIRMED: import of key pairs, of which the pages say nothing.
 */
export const tencentKms: DestinationFormat<TencentDestination> = {
  type: 'tencent-kms',
  ...regionalKey<TencentDestination>('Tencent Cloud KMS', parametersFile),
  schema: tencentSchema,

  ways: () => ways,
  whyNot: (_, spec) =>
    keySpecs[spec].kind === 'aes'
      ? 'Tencent Cloud imports AES keys of 256 bits only'
      : 'Tencent Cloud imports symmetric encryption keys only',

  refusesNow: ({ validTo }, nowIso) => refusesEnd(validTo, nowIso, latestEnd),

  assemble(key, parts, carried) {
    const request = { ...importRequest(key, parts, carried), ValidTo: unixEnd(key.destination.validTo) };
    const files = [{ name: requestFileName, bytes: jsonFile(request) }];
    inspect(key, files);
    return files;
  },
  inspect,

  upload: (key, folder) => ({
    undated: null,
    warnings: warnings(key),
    tools: ['tccli: Tencent Cloud CLI'],
    signIn: [signIn(key)],
    upload: [importMaterial(key, folder)],
    checks: [showKey(key)],
    failures: failures(key),
  }),
};

function inspect(...[key, files]: Parameters<DestinationFormat<TencentDestination>['inspect']>) {
  return inspectRequest(key, files, requestSchema, ({ ValidTo }) => ValidTo);
}

/** A service call in both shells: they write these commands alike. */
function call(purpose: string, operation: string, region: string, options: string): UploadCommand {
  return inBothShells(purpose, `tccli kms ${operation} --region '${region}' ${options}`);
}

function importMaterial({ destination }: Key, folder: string): UploadCommand {
  return call(
    `Call ImportKeyMaterial with the members of ${folder}/${requestFileName}, which is the body of the call as it stands.`,
    'ImportKeyMaterial',
    destination.region,
    `--cli-input-json 'file://${folder}/${requestFileName}'`,
  );
}

function showKey({ destination }: Key): UploadCommand {
  const { region, keyId, validTo } = destination;
  return call(
    `Look at the key: KeyState is Enabled, Origin EXTERNAL, ValidTo ${unixEnd(validTo)}${validTo === undefined ? ', it does not expire' : ''}. Note its id in the receipt.`,
    'DescribeKey',
    region,
    `--KeyId '${keyId}'`,
  );
}

function signIn({ destination: { region } }: Key): UploadCommand {
  return inBothShells(
    'Sign in by "tccli configure", and look where: the answer names the account.',
    `tccli sts GetCallerIdentity --region '${region}'`,
  );
}

function warnings({ destination }: Key): string[] {
  const { wrappingAlgorithm, validTo } = destination;
  return [
    'Upload before the import token ends: Tencent opens nothing later.',
    'Call GetParametersForImport for this key no more before the upload: each call ends the tokens of those before it.',
    `The import token must have been fetched with the wrapping algorithm ${wrappingAlgorithm}: no file says so, and Tencent opens nothing else.`,
    'Nothing proves afterwards that Tencent has the very key of the HSM: it shows no check value, and its ciphertexts are its own. RSA only shows that the material arrived undamaged.',
    ...(validTo === undefined
      ? []
      : [
          `At ${utc(validTo)} Tencent deletes the key material; after that only the same material brings the key back.`,
        ]),
  ];
}

/** Errors of ImportKeyMaterial. */
function failures(key: Key): UploadSection['failures'] {
  return [
    {
      message: 'ResourceUnavailable.TokenExpired',
      meaning: `The import token has ended, or a later GetParametersForImport ended it. ${wrapAgain(key)}`,
    },
    {
      message: 'InvalidParameter.DecryptMaterialError',
      meaning:
        'Tencent could not open the material: the token was fetched with another wrapping algorithm than the plan names, or the key lives in a region with Chinese national cryptography, which wants 16 bytes.',
    },
    {
      message: 'InvalidParameterValue.MaterialNotMatch',
      meaning: `The key has had other material before, and takes that alone: another key of the type EXTERNAL needs another import token. ${wrapAgain(key)}`,
    },
    {
      message: 'UnsupportedOperation.NotExternalCmk',
      meaning: 'The key was not made for material from outside. Make one of the type EXTERNAL.',
    },
    {
      message: 'ResourceUnavailable.CmkStateNotSupport',
      meaning: 'The key is neither waiting for material nor enabled: look at its state with DescribeKey.',
    },
    {
      message: 'ResourceUnavailable.CmkNotFound',
      meaning: 'There is no such key in this region and in the account signed in to.',
    },
  ];
}
