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
import { inBothShells, memberInPosix } from './outbound/shell.ts';
import { regionalKey } from './regional-key.ts';
import { supportMatrix } from './support-matrix.ts';
import { refusesEnd, unixEnd } from './valid-to.ts';

const ways = supportMatrix['alibaba-kms'];
const algorithms = ways.map(({ option }) => option);

/** The plan's `destination` member for Alibaba Cloud KMS. */
const alibabaSchema = v.strictObject({
  type: v.literal('alibaba-kms'),
  region: plainName,
  keyId: plainName,
  wrappingAlgorithm: v.picklist(algorithms, `a wrapping algorithm is one of ${algorithms.join(', ')}`),
  validTo: v.exactOptional(utcMoment),
});

export type AlibabaDestination = v.InferOutput<typeof alibabaSchema>;

type Key = KeyToUpload<AlibabaDestination>;

const members = v.looseObject({
  KeyId: v.string(),
  PublicKey: v.string(),
  ImportToken: v.string(),
  TokenExpireTime: v.string(),
});

const parametersFile: ParametersFile = {
  label: 'JSON of Alibaba’s GetParametersForImport',
  names: { ...parameterNames, validTo: 'TokenExpireTime' },
  kekBits: ways[0].kekBits,
  parse(value, file) {
    const answer = parseMembers(members, value, file);
    return {
      keyId: answer.KeyId,
      publicKey: answer.PublicKey,
      importToken: answer.ImportToken,
      validTo: answer.TokenExpireTime,
    };
  },
};

const requestSchema = v.strictObject({
  KeyId: v.string(),
  EncryptedKeyMaterial: v.string(),
  ImportToken: v.string(),
  KeyMaterialExpireUnix: v.pipe(v.number(), v.safeInteger()),
});

/**
 * Alibaba Cloud KMS: GetParametersForImport and ImportKeyMaterial of API 2016-01-20, for a key whose origin is EXTERNAL.
 * RSA_2048 wraps the 32 bytes of Aliyun_AES_256 directly. Dedicated KMS takes no RSAES_OAEP_SHA_1.
 * Sources: help.aliyun.com and alibabacloud.com/help, api-kms-2016-01-20-getparametersforimport and -importkeymaterial
 * (2025-07-29: members, 0 for no end, lengths); docs/en/usage.md of aliyun/aliyun-cli (operations and parameters by their
 * API names).
 * UNCONFIRMED: import of key pairs, which the pages describe in conflicting ways; they are not carried.
 * UNCONFIRMED: which error a spent token or unfitting material gets.
 * UNCONFIRMED: that an import token is always canonical base64, as it is in every example; any other is refused.
 */
export const alibabaKms: DestinationFormat<AlibabaDestination> = {
  type: 'alibaba-kms',
  ...regionalKey<AlibabaDestination>('Alibaba Cloud KMS', parametersFile),
  schema: alibabaSchema,

  ways: () => ways,
  whyNot(_, spec) {
    const { kind } = keySpecs[spec];
    if (kind === 'aes') return 'Alibaba Cloud imports AES keys of 256 bits only';
    if (kind === 'hmac') return 'Alibaba Cloud imports no HMAC keys';
    return 'how Alibaba Cloud imports key pairs is not documented well enough to prepare one offline';
  },

  refusesNow: ({ validTo }, nowIso) => refusesEnd(validTo, nowIso, null),

  assemble(key, parts, carried) {
    const request = { ...importRequest(key, parts, carried), KeyMaterialExpireUnix: unixEnd(key.destination.validTo) };
    const files = [{ name: requestFileName, bytes: jsonFile(request) }];
    inspect(key, files);
    return files;
  },
  inspect,

  upload: (key, folder) => ({
    undated: null,
    warnings: warnings(key),
    tools: ['aliyun: Alibaba Cloud CLI'],
    signIn: [signIn(key)],
    upload: [importMaterial(key, folder)],
    checks: [showKey(key)],
    failures: failures(key),
  }),
};

function inspect(...[key, files]: Parameters<DestinationFormat<AlibabaDestination>['inspect']>) {
  return inspectRequest(key, files, requestSchema, ({ KeyMaterialExpireUnix }) => KeyMaterialExpireUnix);
}

/** `aliyun` takes no request file for this API: both long parameters are read out of it. */
function importMaterial({ destination }: Key, folder: string): UploadCommand {
  const { region, keyId, validTo } = destination;
  const file = `${folder}/${requestFileName}`;
  const command = (material: string, token: string): string =>
    [
      `aliyun kms ImportKeyMaterial --region '${region}' --KeyId '${keyId}'`,
      `--EncryptedKeyMaterial ${material} --ImportToken ${token} --KeyMaterialExpireUnix ${unixEnd(validTo)}`,
    ].join(' ');
  const member = (name: string): string => memberInPosix(name, file);
  return {
    purpose: `Call ImportKeyMaterial with the members of ${file}, which are the parameters of the call as they stand.`,
    posix: command(member('EncryptedKeyMaterial'), member('ImportToken')),
    powershell: [
      `$request = Get-Content -Raw -LiteralPath '${file}' | ConvertFrom-Json`,
      command('$request.EncryptedKeyMaterial', '$request.ImportToken'),
    ].join('\n'),
  };
}

function showKey({ destination }: Key): UploadCommand {
  const { region, keyId, validTo } = destination;
  const command = `aliyun kms DescribeKey --region '${region}' --KeyId '${keyId}'`;
  const end = validTo === undefined ? 'no MaterialExpireTime' : `MaterialExpireTime ${utc(validTo)}`;
  return inBothShells(
    `Look at the key: KeyState is Enabled, Origin EXTERNAL, ${end}. Note its id in the receipt.`,
    command,
  );
}

function signIn({ destination: { region } }: Key): UploadCommand {
  return inBothShells(
    'Sign in by "aliyun configure", and look where: the answer names the account.',
    `aliyun sts GetCallerIdentity --region '${region}'`,
  );
}

function warnings({ destination }: Key): string[] {
  const { wrappingAlgorithm, validTo } = destination;
  return [
    'Upload before the import token ends: Alibaba opens nothing later.',
    `The import token must have been fetched with the wrapping algorithm ${wrappingAlgorithm}: no file says so, and Alibaba opens nothing else.`,
    'Nothing proves afterwards that Alibaba has the very key of the HSM: it shows no check value, and its ciphertexts are its own. RSA only shows that the material arrived undamaged.',
    ...(wrappingAlgorithm === 'RSAES_OAEP_SHA_1' ? ['Dedicated KMS takes no RSAES_OAEP_SHA_1.'] : []),
    ...(validTo === undefined
      ? []
      : [
          `At ${utc(validTo)} Alibaba deletes the key material; after that only the same material brings the key back.`,
        ]),
  ];
}

/** Common error codes of the service; the page of ImportKeyMaterial lists none of its own. */
function failures(key: Key): UploadSection['failures'] {
  return [
    {
      message: 'InvalidParameter',
      meaning: `The token has ended or is for another key, the token was fetched with another wrapping algorithm than the plan names, or the key wants 16 bytes because it is of the kind Aliyun_SM4. The message names the parameter. A new token means another wrap. ${wrapAgain(key)}`,
    },
    {
      message: 'UnsupportedOperation, Rejected.UnsupportedOperation',
      meaning:
        'The key was not made with the origin EXTERNAL, or this instance does not import: look at it with DescribeKey.',
    },
    {
      message: 'Forbidden.KeyNotFound',
      meaning: 'There is no such key in this region and in the account signed in to.',
    },
    {
      message: 'Forbidden.NoPermission',
      meaning: 'The person signed in may not import here: have kms:ImportKeyMaterial granted.',
    },
  ];
}
