import type { UploadCommand } from '../format.ts';
import { inOneBlock } from '../outbound/shell.ts';
import type { HuaweiDestination } from './destination.ts';

/**
 * Puts a token for the planned project into TOKEN, by POST /v3/auth/tokens (Huawei Cloud, Identity and Access Management,
 * API Reference, "Obtaining a User Token Through Password Authentication"; the same at Open Telekom Cloud). The password is
 * asked for, and stands in no command line and no history. Every region has the endpoints `kms.<region>.…` and
 * `iam.<region>.…` (Regions and Endpoints).
 * @returns nothing for an endpoint of another form: nobody's password goes to a host that was guessed
 */
export function huaweiSignIn({ endpoint, projectId }: HuaweiDestination): UploadCommand[] {
  if (!endpoint.startsWith('https://kms.')) return [];
  const url = `${endpoint.replace('https://kms.', 'https://iam.')}/v3/auth/tokens?nocatalog=true`;
  return [
    {
      purpose: `Fetch a token of IAM for the project ${projectId} into the variable TOKEN: account, user and password of an IAM user are asked for.`,
      posix: inPosix(url, projectId),
      powershell: inPowerShell(url, projectId),
    },
  ];
}

/** All of it is one command, so that no line of it is taken for an answer when it is pasted. */
function inPosix(url: string, projectId: string): string {
  const user = '"user":{"domain":{"name":"%s"},"name":"%s","password":"%s"}';
  const body = `{"auth":{"identity":{"methods":["password"],"password":{${user}}},"scope":{"project":{"id":"%s"}}}}`;
  return [
    'TOKEN=$({',
    String.raw`  ask() { printf '%s: ' "$1" >&2; IFS= read -r ANSWER; printf '%s' "$ANSWER" | sed 's/[\\"]/\\&/g'; }`,
    // Whoever gives up at the password still sees what they type afterwards.
    "  trap 'stty echo' EXIT; trap 'exit 1' INT TERM",
    '  ACCOUNT=$(ask Account); USER_NAME=$(ask User); stty -echo; PASSWORD=$(ask Password); stty echo; echo >&2',
    `  printf '${body}' "$ACCOUNT" "$USER_NAME" "$PASSWORD" '${projectId}'`,
    `} | curl -sS -X POST '${url}' -H 'Content-Type: application/json;charset=utf8' --data '@-' -o /dev/null -D - |`,
    String.raw`  awk -F': *' 'tolower($1)=="x-subject-token"{sub(/\r$/,"",$2); print $2}')`,
    'test -n "$TOKEN" && echo SIGNED IN || echo NO TOKEN',
  ].join('\n');
}

function inPowerShell(url: string, projectId: string): string {
  return inOneBlock(
    "$account = Read-Host 'Account'",
    "$login = Get-Credential -Message 'IAM user'",
    '$user = @{ domain = @{ name = $account }; name = $login.UserName; password = $login.GetNetworkCredential().Password }',
    "$identity = @{ methods = @('password'); password = @{ user = $user } }",
    `$body = @{ auth = @{ identity = $identity; scope = @{ project = @{ id = '${projectId}' } } } } | ConvertTo-Json -Depth 9`,
    `$answer = Invoke-WebRequest -UseBasicParsing -Method Post -Uri '${url}' -ContentType 'application/json;charset=utf-8' -Body $body`,
    "$env:TOKEN = $answer.Headers['X-Subject-Token'] -join ''",
    "if ($env:TOKEN) { 'SIGNED IN' } else { 'NO TOKEN' }",
  );
}
