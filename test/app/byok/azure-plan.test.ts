import { safeParse } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { AzureDestination } from '../../../app/byok/azure/destination.ts';
import type { KeyToUpload, UploadSection } from '../../../app/byok/format.ts';
import { plannedWays, refusesSpec } from '../../../app/byok/ways.ts';
import { destinationOf } from '../../../app/byok/registry.ts';
import { azureKeyVault } from '../../../app/byok/azure-key-vault.ts';
import { keySpecNames, type KeySpec } from '../../../app/keys/specs.ts';
import { plannedKid } from '../../support/azure-kek.ts';

const vault = {
  type: 'azure-key-vault',
  vault: 'contoso-prod',
  keyName: 'payroll-root',
  operations: ['sign', 'verify'],
};
const hsm = { type: 'azure-key-vault', managedHsm: 'contoso-hsm', keyName: 'payroll-root', operations: ['wrapKey'] };
const accepts = (value: unknown): boolean => safeParse(azureKeyVault.schema, value).success;

function destination(value: unknown): AzureDestination {
  const parsed = safeParse(azureKeyVault.schema, value);
  if (!parsed.success) throw new Error('the test plan is not valid');
  return parsed.output;
}

describe('the plan member', () => {
  it('is given back with the public cloud filled in', () => {
    expect(destination(vault)).toEqual({ ...vault, cloud: 'public' });
    expect(destination({ ...hsm, cloud: 'china' })).toEqual({ ...hsm, cloud: 'china' });
  });

  it.each(['a1b', 'Contoso-Prod', 'a'.repeat(24), '3vaults'])('takes the vault name %s', (name) =>
    expect([accepts({ ...vault, vault: name }), accepts({ ...hsm, managedHsm: name })]).toEqual([true, true]),
  );

  it.each([
    'ab',
    'a'.repeat(25),
    '-ab',
    'ab-',
    'a--b',
    'a_b',
    'a.b',
    'ab c',
    "a'b",
    'a\nb',
    'abc\n',
    'äbc',
    '',
    5,
    null,
  ])('refuses the vault name %j', (name) =>
    expect([accepts({ ...vault, vault: name }), accepts({ ...hsm, managedHsm: name })]).toEqual([false, false]),
  );

  it.each(['k', 'K-9', 'a--b', 'a-', 'k'.repeat(127)])('takes the key name %s', (keyName) =>
    expect(accepts({ ...vault, keyName })).toBe(true),
  );

  it.each(['', '-k', 'k'.repeat(128), 'a_b', 'a.b', "a'b", '$(id)', 'a b', 'a\n', 7])(
    'refuses the key name %j',
    (keyName) => expect(accepts({ ...vault, keyName })).toBe(false),
  );

  it.each([[[]], [['sign', 'sign']], [['import']], [['export']], [['Sign']], ['sign'], [undefined]])(
    'refuses the operations %j',
    (operations) => expect(accepts({ ...vault, operations })).toBe(false),
  );

  it('takes every one of the six operations', () =>
    expect(accepts({ ...vault, operations: ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'] })).toBe(
      true,
    ));

  it.each([
    ['no place', { type: vault.type, keyName: 'k', operations: ['sign'] }],
    ['both places', { ...vault, managedHsm: 'contoso-hsm' }],
    ['another type', { ...vault, type: 'aws-kms' }],
    ['another cloud', { ...vault, cloud: 'germany' }],
    ['a member more', { ...vault, region: 'west' }],
  ])('refuses %s', (_, value) => expect(accepts(value)).toBe(false));
});

describe('key specs', () => {
  const taken = (value: object): string[] =>
    keySpecNames.filter((spec) => {
      const operations = spec.startsWith('aes') ? ['wrapKey', 'unwrapKey'] : ['sign', 'verify'];
      return refusesSpec(destination({ ...value, operations }), spec) === null;
    });
  const pairs = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521', 'ec-secp256k1'];

  it('of a vault are RSA and EC', () => expect(taken(vault)).toEqual(pairs));
  it('of a Managed HSM are AES too', () => expect(taken(hsm)).toEqual([...pairs, 'aes-128', 'aes-192', 'aes-256']));
  it('are refused under the rule of the plan', () => {
    const rules = (['aes-256', 'hmac-256'] as const).map((spec) => refusesSpec(destination(vault), spec)?.rule);
    expect(rules).toEqual(['PLAN-DESTINATION-TAKES-SPEC', 'PLAN-DESTINATION-TAKES-SPEC']);
  });
});

describe('operations', () => {
  const cautioned = (spec: KeySpec, operations: string[], place: object = vault) =>
    azureKeyVault.cautions(destination({ ...place, operations }), spec)[0]?.rule ?? null;
  const all = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'];

  it('of an RSA key are any', () => {
    expect(cautioned('rsa-4096', all)).toBeNull();
    expect(cautioned('rsa-4096', ['wrapKey', 'unwrapKey'])).toBeNull();
  });

  it('of an EC key are those that the service takes: its error names sign and verify (AzureKeyVault#22)', () => {
    for (const place of [vault, hsm]) {
      const taken = all.filter((operation) => cautioned('ec-p256', [operation], place) === null);
      expect(taken).toEqual(['sign', 'verify']);
    }
    expect(cautioned('ec-secp256k1', ['sign', 'wrapKey'])).toBe('PLAN-OPERATIONS-FIT-SPEC');
  });

  it('of an AES key are left to a warning, since no report tells of a refusal', () => {
    expect(cautioned('aes-256', ['sign', 'wrapKey'], hsm)).toBeNull();
  });
});

describe('a target', () => {
  const target = (value: unknown): string => azureKeyVault.target(destination(value));

  it('is one key name in one place, whatever its letters', () => {
    expect(target({ ...vault, vault: 'CONTOSO-prod', keyName: 'Payroll-ROOT', operations: ['sign'] })).toBe(
      target(vault),
    );
    const targets = [
      vault,
      { ...vault, keyName: 'other' },
      { ...vault, vault: 'other' },
      { ...vault, cloud: 'china' },
      hsm,
    ];
    expect(new Set(targets.map(target)).size).toBe(5);
  });

  it('is described whole: the host, which names the cloud and the kind of place, the name and every operation', () => {
    const words = azureKeyVault.describe(destination({ ...vault, cloud: 'china' }));
    expect(words.place).toBe('contoso-prod.vault.azure.cn');
    expect([words.name, words.uses]).toEqual(['payroll-root', 'sign, verify']);
    expect(azureKeyVault.describe(destination(hsm)).place).toBe('contoso-hsm.managedhsm.azure.net');
  });
});

describe('the wrap', () => {
  it('is the hybrid form with OAEP SHA-1 and AES-256 for every key', () => {
    for (const [place, spec] of [
      [vault, 'rsa-2048'],
      [hsm, 'aes-128'],
    ] as const) {
      const [way, ...others] = plannedWays(destination(place), spec);
      expect(way?.wrap).toEqual({ method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 });
      expect(others).toEqual([]);
    }
  });

  it('shares a KEK within one vault of one cloud only, whatever its letters', () => {
    const scope = (value: unknown): string => azureKeyVault.scope(destination(value));
    expect(scope({ ...vault, vault: 'Contoso-PROD', keyName: 'other' })).toBe(scope(vault));
    const places = [
      vault,
      { ...vault, vault: 'other' },
      { ...vault, cloud: 'china' },
      { ...hsm, managedHsm: 'contoso-prod' },
    ];
    expect(new Set(places.map(scope)).size).toBe(4);
  });
});

describe('the registry', () => {
  it('finds Azure and nothing that is not there', () => {
    expect(destinationOf('azure-key-vault')).toBe(azureKeyVault);
    expect(['constructor', '__proto__', 'toString', 'moon-kms', ''].map(destinationOf)).toEqual(
      Array(5).fill(undefined),
    );
  });
});

function upload(value: unknown, spec: KeySpec): UploadSection {
  const key: KeyToUpload<AzureDestination> = {
    keyId: 'payroll',
    spec,
    destination: destination(value),
    kek: { id: plannedKid, bits: 2048 },
    wrap: { method: 'rsa-aes', oaepHash: 'sha1' },
    after: 'destroy',
  };
  return azureKeyVault.upload(key, 'keys/payroll');
}

const posix = (value: unknown, spec: KeySpec): string =>
  upload(value, spec)
    .upload.map((command) => command.posix)
    .join('\n');
const byok = 'keys/payroll/KeyTransferPackage-payroll-root.byok';

describe('the import command (options as azure-cli parses them)', () => {
  it('for RSA to a vault', () => {
    expect(posix(vault, 'rsa-2048')).toBe(
      `az keyvault key import --vault-name 'contoso-prod' --name 'payroll-root' --byok-file '${byok}' --kty RSA --ops sign verify`,
    );
  });

  it.each([
    ['ec-p256', 'P-256'],
    ['ec-p384', 'P-384'],
    ['ec-p521', 'P-521'],
    ['ec-secp256k1', 'P-256K'],
  ] as const)('for %s names the curve %s', (spec, curve) => {
    expect(posix(vault, spec)).toContain(` --kty EC --curve ${curve} --ops sign verify`);
  });

  it('for a Managed HSM is for oct', () => {
    const command = `az keyvault key import --hsm-name 'contoso-hsm' --name 'payroll-root' --byok-file '${byok}' --kty oct --ops wrapKey`;
    expect(posix(hsm, 'aes-256')).toBe(command);
  });

  it.each([
    ['china', 'AzureChinaCloud'],
    ['us-government', 'AzureUSGovernment'],
  ])('turns to the cloud %s first', (cloud, name) => {
    const commands = upload({ ...vault, cloud }, 'rsa-2048').signIn.map((command) => command.posix);
    expect(commands).toEqual([`az cloud set --name ${name}\naz login`]);
    expect(upload(vault, 'rsa-2048').signIn.map((command) => command.posix)).toEqual(['az login']);
  });

  it('is the same in both shells, so that one sign-in serves all', () => {
    const { signIn, upload: imports } = upload(vault, 'ec-p256');
    for (const command of [...signIn, ...imports]) expect(command.powershell).toBe(command.posix);
  });
});

describe('what else the online desk is told', () => {
  it('compares the public key of a key pair outside the bundle', () => {
    const [compare, show] = upload(vault, 'ec-p256').checks;
    for (const said of ["--encoding PEM --file '../payroll.cloud.pem'", "'keys/payroll/public-key.pem'", 'SAME']) {
      expect(compare?.posix).toContain(said);
      expect(compare?.powershell).toContain(said);
    }
    expect(show?.posix).toBe("az keyvault key show --vault-name 'contoso-prod' --name 'payroll-root' -o json");
    expect(show?.powershell).toBe(show?.posix);
    expect(show?.purpose).toContain('EC-HSM');
  });

  it('keeps the downloads of two keys of one name apart', () => {
    const download = (keyId: string, place: object) => {
      const key = { keyId, spec: 'ec-p256' as const, destination: destination({ ...vault, ...place }) };
      const wrap = { method: 'rsa-aes', oaepHash: 'sha1' } as const;
      const { checks } = azureKeyVault.upload(
        { ...key, kek: { id: plannedKid, bits: 2048 }, wrap, after: 'destroy' },
        `keys/${keyId}`,
      );
      return checks.flatMap(({ posix: sh, powershell: ps }) =>
        [sh, ps].map((said) => /'\.\.\/[^']+'/u.exec(said)?.[0]),
      );
    };
    const [one, other] = [download('east', { vault: 'contoso-east' }), download('west', { vault: 'contoso-west' })];
    expect(one[0]).toBeDefined();
    expect(other.filter((file) => file !== undefined && one.includes(file))).toEqual([]);
  });

  it('has no public key to compare for AES', () => {
    const { checks } = upload(hsm, 'aes-256');
    expect(checks.map((check) => check.posix)).toEqual([
      "az keyvault key show --hsm-name 'contoso-hsm' --name 'payroll-root' -o json",
    ]);
    expect(checks[0]?.powershell).toBe(checks[0]?.posix);
  });

  it('warns of a new version and of the KEK, and of operations the key cannot do', () => {
    const count = (value: unknown, spec: KeySpec): number => upload(value, spec).warnings.length;
    expect(upload(vault, 'rsa-2048').warnings.join()).toMatch(/payroll-root.*version.*0123456789abcdef/s);
    expect(count(vault, 'rsa-2048')).toBe(2);
    expect(count(vault, 'ec-p256')).toBe(2);
    expect(count({ ...vault, operations: ['wrapKey'] }, 'ec-p256')).toBe(3);
    expect(count({ ...hsm, operations: ['sign', 'wrapKey'] }, 'aes-256')).toBe(count(hsm, 'aes-256') + 1);
  });

  it('knows the failures of the field', () => {
    const messages = upload(vault, 'rsa-2048').failures.map((failure) => failure.message);
    expect(messages).toContain('must be a valid JsonWebKey object');
    expect(messages).toContain('deleted but recoverable state');
  });

  it('leaves nothing of a name outside quotes', () => {
    const { upload: imports, checks } = upload({ ...vault, keyName: 'Zz-9', vault: 'Qq-8' }, 'ec-p256');
    for (const command of [...imports, ...checks].flatMap(({ posix: sh, powershell: ps }) => [sh, ps])) {
      expect(command.replace(/'[^']*'/g, '')).not.toMatch(/Zz-9|Qq-8/);
    }
  });
});
