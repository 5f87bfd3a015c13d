import { spawnSync } from 'node:child_process';
import { parse } from 'valibot';
import { describe, expect, it } from 'vitest';
import { huaweiKms } from '../../../app/byok/huawei-kms.ts';
import { huaweiSignIn } from '../../../app/byok/huawei/sign-in.ts';

const planned = {
  type: 'huawei-kms',
  endpoint: 'https://kms.eu-de.otc.t-systems.com',
  projectId: 'Project-1',
  keyId: '0d0466b0-e727-4d9c-b35d-f84bb474a37f',
  wrappingAlgorithm: 'RSAES_OAEP_SHA_256',
};
const signIn = (endpoint = planned.endpoint) => huaweiSignIn(parse(huaweiKms.schema, { ...planned, endpoint }));

/** Types account, user and password, plays the service, and says what it was sent and what TOKEN is then. */
function run(typed: readonly string[], headers: string): { readonly sent: string; readonly token: string } {
  const curl = `curl() { cat >&3; printf '${headers}'; }`;
  const script = `stty() { :; }\n${curl}\n${signIn()[0]?.posix ?? ''}\nprintf '%s' "$TOKEN" >&4\n`;
  const stdio = ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] as const;
  const { output } = spawnSync('sh', ['-c', script], { input: `${typed.join('\n')}\n`, stdio: [...stdio] });
  return { sent: String(output[3]), token: String(output[4]) };
}

describe('the sign-in at Huawei', () => {
  it('sends what was typed, whatever is in it, for the planned project, and keeps the token', () => {
    const { sent, token } = run(
      ['contoso', 'desk', 'p"a\\ss %s $x'],
      'HTTP/1.1 201 Created\\r\\nX-Subject-Token: MIIab+/=\\r\\n\\r\\n',
    );
    expect(token).toBe('MIIab+/=');
    expect(JSON.parse(sent)).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { domain: { name: 'contoso' }, name: 'desk', password: 'p"a\\ss %s $x' } },
        },
        scope: { project: { id: 'Project-1' } },
      },
    });
  });

  it('has no token when the service gives none', () => {
    expect(run(['contoso', 'desk', 'x'], 'HTTP/1.1 401 Unauthorized\\r\\n\\r\\n').token).toBe('');
  });

  it('goes to the identity service of the region, in both shells, and asks for the password', () => {
    for (const { posix, powershell } of signIn()) {
      for (const text of [posix, powershell])
        expect(text).toContain("'https://iam.eu-de.otc.t-systems.com/v3/auth/tokens");
      expect(posix).toContain('stty -echo');
      expect(powershell).toContain('Get-Credential');
    }
    expect(signIn()).toHaveLength(1);
  });

  it('sends nobody’s password to a host that it would have to guess', () => {
    expect(signIn('https://keys.example.com')).toEqual([]);
  });
});
