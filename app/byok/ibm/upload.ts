import type { KeyToCarry, UploadCommand, UploadSection } from '../format.ts';
import { createKeyFileName, keyMediaType } from './create-key.ts';
import { hostOf, type IbmDestination } from './destination.ts';

/**
 * What the online desk does with `create-key.json`: one call of the API, or one of the command line, which takes the same
 * values one by one (key-protect-cli-commands.md, kp key create).
 * @param key - all its names have passed the grammars of the schema, so they are safe inside single quotes
 * @param folder - the key's folder, relative to the top of the bundle
 */
export function ibmUpload({ destination }: KeyToCarry<IbmDestination>, folder: string): UploadSection {
  const file = `${folder}/${createKeyFileName}`;
  return {
    undated: null,
    warnings: warnings(destination),
    upload: [byApi(destination, file), byCommandLine(destination, file)],
    checks: [listKeys(destination)],
    failures,
  };
}

function warnings({ keyName, instance }: IbmDestination): string[] {
  return [
    'Put an access token of IAM into the variable TOKEN, without the word Bearer: the last word that "ibmcloud iam oauth-tokens" prints. It lasts for an hour.',
    `Nobody may create another import token for the instance ${instance} before the upload: it would replace the one that this key was wrapped for.`,
    'An import token lasts for 10 minutes unless it is made with "ibmcloud kp import-token create -e 86400", or "expiration": 86400 by the API: then for 24 hours.',
    'Never use "ibmcloud kp import-token key-encrypt" or "nonce-encrypt": both want the key in the clear.',
    `Use one of the two ways below, and once. If the instance already has a key named ${keyName}, IBM makes a second key of that name, without asking.`,
  ];
}

function byApi(destination: IbmDestination, file: string): UploadCommand {
  const post = (program: string, token: string): string =>
    `${request(program, token, destination, '/api/v2/keys')} -X POST -H 'content-type: ${keyMediaType}' --data '@${file}'`;
  return {
    purpose: 'Create the key by the API. Note id and crn of the answer in the receipt.',
    posix: post('curl', '$TOKEN'),
    // In PowerShell 5.1 `curl` is another command, hence the ending.
    powershell: post('curl.exe', '$env:TOKEN'),
  };
}

/** Each member of the file stands in a line of its own. */
function byCommandLine({ region, instance, keyName }: IbmDestination, file: string): UploadCommand {
  const target = `ibmcloud kp region-set '${region}'`;
  const create = `ibmcloud kp key create '${keyName}' -i '${instance}'`;
  const member = (name: string): string => `"$(awk -F'"' '$2=="${name}"{print $4}' '${file}')"`;
  return {
    purpose: 'Or, instead of that, create the key with the command line of IBM Cloud and its plug-in key-protect.',
    posix: [
      target,
      `${create} -k ${member('payload')} -n ${member('encryptedNonce')} -v ${member('iv')} --output json`,
    ].join('\n'),
    powershell: [
      target,
      `$key = (Get-Content -Raw '${file}' | ConvertFrom-Json).resources[0]`,
      `${create} -k $key.payload -n $key.encryptedNonce -v $key.iv --output json`,
    ].join('\n'),
  };
}

/** No command can compare more: the service has opened the nonce with the very key that it holds, or there is no key. */
function listKeys(destination: IbmDestination): UploadCommand {
  const get = (program: string, token: string): string =>
    `${request(program, token, destination, '/api/v2/keys?limit=5000')} -H 'accept: application/vnd.ibm.collection+json'`;
  return {
    purpose: `Look for the key: there is one named ${destination.keyName}, with the id of the receipt, state 1, extractable false, imported true. The import itself proves that it is the key of the HSM: IBM takes it only when the nonce opens under the key that it unwrapped.`,
    posix: get('curl', '$TOKEN'),
    powershell: get('curl.exe', '$env:TOKEN'),
  };
}

function request(program: string, token: string, destination: IbmDestination, path: string): string {
  const url = `https://${hostOf(destination)}${path}`;
  return `${program} -sS '${url}' -H "authorization: Bearer ${token}" -H 'bluemix-instance: ${destination.instance}'`;
}

/** Reason codes: ibm-cloud-docs/key-protect, error-messages.md. */
const failures: UploadSection['failures'] = [
  {
    message: 'INCORRECT_NONCE_ERR (400)',
    meaning:
      'The nonce is not the one of the import token in force: another import token was created since, or this is another instance. Fetch the import token anew: a new ceremony.',
  },
  {
    message: 'INCORRECT_NONCE_IV_ERR (400)',
    meaning:
      'The nonce does not open under the key of the payload: compare the file with MANIFEST.json and send it as it stands. If it was, stop and examine the HSM.',
  },
  {
    message: 'IMPORT_TOKEN_EXPIRED_ERR (409)',
    meaning: 'The import token has ended. Create one that lasts for 24 hours and fetch it: a new ceremony.',
  },
  {
    message: 'KEY_CREATE_IMPORT_ACCESS_ERR (409)',
    meaning: 'A policy of the instance forbids the import of root keys: have its manager allow it, with import tokens.',
  },
  {
    message: 'BAD_BODY_ERR (400)',
    meaning: 'The body is not the file of this bundle: use the command above as it stands, from the top of the bundle.',
  },
  {
    message: 'UNAUTHORIZED_ERR (401), or BEARER_SUB_EXTRACTION_ERR (400)',
    meaning:
      'TOKEN is empty, has ended or begins with the word Bearer, or the person signed in may not create keys in this instance.',
  },
];
