import type { KeyToUpload, UploadCommand, UploadSection } from '../format.ts';
import { fetchedFile } from '../outbound/public-key-check.ts';
import { wrapAgain } from '../outbound/remedies.ts';
import { inBothShells, memberInPosix, showStatus } from '../outbound/shell.ts';
import { createKeyFileName, keyMediaType } from './create-key.ts';
import { hostOf, type IbmDestination } from './destination.ts';

type Key = KeyToUpload<IbmDestination>;

/**
 * What the online desk does with `create-key.json`: one call of the API, or one of the command line, which takes the same
 * values one by one (key-protect-cli-commands.md, kp key create).
 * @param key - all its names have passed the grammars of the schema, so they are safe inside single quotes
 * @param folder - the key's folder, relative to the top of the bundle
 */
export function ibmUpload(key: Key, folder: string): UploadSection {
  const file = `${folder}/${createKeyFileName}`;
  return {
    undated: null,
    warnings: warnings(key.destination),
    tools: ['ibmcloud: IBM Cloud CLI; for the second way its plug-in key-protect', 'curl: any; Windows has curl.exe'],
    signIn: signIn(),
    upload: [byApi(key, file), byCommandLine(key, file)],
    checks: [showKey(key)],
    failures: failures(key),
  };
}

function warnings({ keyName, instance }: IbmDestination): string[] {
  return [
    `Nobody may create another import token for the instance ${instance} before the upload: it would replace the one that this key was wrapped for.`,
    `Use one of the two ways below, and once. If the instance already has a key named ${keyName}, IBM makes a second key of that name, without asking.`,
  ];
}

function signIn(): UploadCommand[] {
  return [
    inBothShells('Sign in to IBM Cloud.', 'ibmcloud login --sso'),
    {
      purpose:
        'Put an access token of IAM into the variable TOKEN. It lasts for an hour; fetch another when it has ended.',
      posix: "TOKEN=$(ibmcloud iam oauth-tokens | awk '{print $NF}')",
      powershell: '$env:TOKEN = -split (ibmcloud iam oauth-tokens | Out-String) | Select-Object -Last 1',
    },
  ];
}

/** The answer is shown, and kept for the id that is in it. */
function byApi({ keyId, destination }: Key, file: string): UploadCommand {
  const post = (program: string, token: string): string =>
    `${request(program, token, destination, `'${keysOf(destination)}'`)} -X POST -H 'content-type: ${keyMediaType}' --data '@${file}' ${showStatus}`;
  return {
    purpose:
      'Create the key by the API: the last line is the HTTP status, 201. Note id and crn of the answer in the receipt.',
    posix: `${post('curl', '$TOKEN')} | tee '${answerOf(keyId)}'`,
    // In PowerShell 5.1 `curl` is another command, hence the ending.
    powershell: `${post('curl.exe', '$env:TOKEN')} | Tee-Object '${answerOf(keyId)}'`,
  };
}

function byCommandLine({ keyId, destination: { region, instance, keyName } }: Key, file: string): UploadCommand {
  const target = `ibmcloud kp region-set '${region}'`;
  const create = `ibmcloud kp key create '${keyName}' -i '${instance}'`;
  const member = (name: string): string => memberInPosix(name, file);
  return {
    purpose: 'Or, instead of that, create the key with the command line of IBM Cloud and its plug-in key-protect.',
    posix: [
      target,
      `${create} -k ${member('payload')} -n ${member('encryptedNonce')} -v ${member('iv')} --output json | tee '${answerOf(keyId)}'`,
    ].join('\n'),
    powershell: [
      target,
      `$key = (Get-Content -Raw '${file}' | ConvertFrom-Json).resources[0]`,
      `${create} -k $key.payload -n $key.encryptedNonce -v $key.iv --output json | Tee-Object '${answerOf(keyId)}'`,
    ].join('\n'),
  };
}

/**
 * Asks for the key whose id the import answered: the first member `id` of either answer. No command can compare more: the
 * service has opened the nonce with the very key that it holds, or there is no key.
 */
function showKey({ keyId, destination }: Key): UploadCommand {
  const get = (program: string, token: string, url: string): string =>
    `${request(program, token, destination, url)} -H 'accept: ${keyMediaType}' ${showStatus}`;
  const keys = keysOf(destination);
  return {
    purpose: `Look at the key: the HTTP status is 200, the name ${destination.keyName}, the id that of the receipt, state 1, extractable false, imported true. The import itself proves that it is the key of the HSM: IBM takes it only when the nonce opens under the key that it unwrapped.`,
    posix: [
      `ID=$(tr '{,' '\\n\\n' < '${answerOf(keyId)}' | awk -F'"' '$2=="id"{print $4; exit}')`,
      get('curl', '$TOKEN', `'${keys}/'"$ID"'/metadata'`),
    ].join('\n'),
    powershell: [
      `$id = [regex]::Match((Get-Content -Raw '${answerOf(keyId)}'), '"id"\\s*:\\s*"([^"]+)"').Groups[1].Value`,
      get('curl.exe', '$env:TOKEN', `('${keys}/' + $id + '/metadata')`),
    ].join('\n'),
  };
}

function answerOf(keyId: string): string {
  return fetchedFile(keyId, 'json');
}

function keysOf(destination: IbmDestination): string {
  return `https://${hostOf(destination)}/api/v2/keys`;
}

/** `url` as the shell reads it, quoted. */
function request(program: string, token: string, { instance }: IbmDestination, url: string): string {
  return `${program} -sS ${url} -H "authorization: Bearer ${token}" -H 'bluemix-instance: ${instance}'`;
}

/** Reason codes: ibm-cloud-docs/key-protect, error-messages.md. */
function failures(key: Key): UploadSection['failures'] {
  return [
    {
      message: 'INCORRECT_NONCE_ERR (400)',
      meaning: `The nonce is not the one of the import token in force: another import token was created since, or this is another instance. ${wrapAgain(key)}`,
    },
    {
      message: 'INCORRECT_NONCE_IV_ERR (400)',
      meaning:
        'The nonce does not open under the key of the payload: compare the file with MANIFEST.json and send it as it stands. If it was, stop and examine the HSM.',
    },
    {
      message: 'IMPORT_TOKEN_EXPIRED_ERR (409)',
      meaning: `The import token has ended. ${wrapAgain(key)} An import token lasts for 24 hours when it is made with "-e 86400".`,
    },
    {
      message: 'KEY_CREATE_IMPORT_ACCESS_ERR (409)',
      meaning:
        'A policy of the instance forbids the import of root keys: have its manager allow it, with import tokens.',
    },
    {
      message: 'BAD_BODY_ERR (400)',
      meaning:
        'The body is not the file of this bundle: use the command above as it stands, from the top of the bundle.',
    },
    {
      message: 'UNAUTHORIZED_ERR (401), or BEARER_SUB_EXTRACTION_ERR (400)',
      meaning:
        'TOKEN is empty, has ended or begins with the word Bearer, or the person signed in may not create keys in this instance.',
    },
  ];
}
