import * as v from 'valibot';

/** Azure's words for what a key may be used for; `import` and `export` are not for carried keys. */
export const azureOperations = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'] as const;

/** The national clouds: host suffixes of their key identifiers, and their name in azure-cli and Az PowerShell. */
const clouds = {
  public: { vault: ['vault.azure.net'], managedHsm: ['managedhsm.azure.net'], name: 'AzureCloud' },
  china: {
    vault: ['vault.azure.cn'],
    managedHsm: ['managedhsm.azure.cn', 'managedhsm.chinacloudapi.cn'],
    name: 'AzureChinaCloud',
  },
  'us-government': {
    vault: ['vault.usgovcloudapi.net'],
    managedHsm: ['managedhsm.usgovcloudapi.net'],
    name: 'AzureUSGovernment',
  },
} as const;

/** The clouds that a plan may name, the usual one first. */
export const azureClouds = ['public', 'china', 'us-government'] as const satisfies readonly (keyof typeof clouds)[];

/**
 * What a key of each kind can do at Azure (about-keys-details.md, about-keys-details-mhsm.md). To an EC key with more
 * the service is known to answer BadParameter (AzureKeyVault#22).
 */
export const fittingOperations: Readonly<Record<'rsa' | 'ec' | 'aes' | 'hmac', readonly string[]>> = {
  rsa: azureOperations,
  ec: ['sign', 'verify'],
  aes: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'],
  hmac: [],
};

/** Vault and HSM names are DNS labels: 3 to 24 letters, digits and single hyphens, none at either end. */
const placeName = v.pipe(
  v.string(),
  v.regex(
    /^(?=.{3,24}$)[0-9A-Za-z]+(?:-[0-9A-Za-z]+)*$/,
    'a vault name has 3 to 24 letters, digits and single hyphens, none first or last',
  ),
);

/** Azure allows a hyphen first; we do not, since the name is printed into commands where it would be an option. */
const objectName = v.pipe(
  v.string(),
  v.regex(/^[0-9A-Za-z][0-9A-Za-z-]{0,126}$/, 'a key name has 1 to 127 letters, digits and hyphens, no hyphen first'),
);

/** The plan's `destination` member for Azure Key Vault Premium and Managed HSM. */
export const azureSchema = v.pipe(
  v.strictObject({
    type: v.literal('azure-key-vault'),
    vault: v.exactOptional(placeName),
    managedHsm: v.exactOptional(placeName),
    keyName: objectName,
    operations: v.pipe(
      v.array(v.picklist(azureOperations)),
      v.minLength(1, 'at least one operation is needed'),
      v.check((operations) => new Set(operations).size === operations.length, 'no operation is named twice'),
    ),
    cloud: v.optional(v.picklist(azureClouds), 'public'),
  }),
  v.check(
    ({ vault, managedHsm }) => (vault === undefined) !== (managedHsm === undefined),
    'exactly one of "vault" and "managedHsm" is named',
  ),
);

export type AzureDestination = v.InferOutput<typeof azureSchema>;

/** Where the key goes: a vault or a Managed HSM, the hosts that may stand in its key identifiers, its cloud. */
export interface AzurePlace {
  readonly kind: 'vault' | 'managedHsm';
  readonly name: string;
  /** Lower case, without scheme; the first is the usual one. */
  readonly hosts: readonly [string, ...string[]];
  /** `AzureCloud`, `AzureChinaCloud` or `AzureUSGovernment`. */
  readonly cloudName: string;
}

/**
 * Works out where a destination is.
 * @param destination - parsed by {@link azureSchema}
 */
export function placeOf(destination: AzureDestination): AzurePlace {
  const kind = destination.vault === undefined ? 'managedHsm' : 'vault';
  const name = destination.vault ?? destination.managedHsm ?? '';
  const cloud = clouds[destination.cloud];
  const [usual, ...others] = cloud[kind];
  const hostAt = (suffix: string): string => `${name.toLowerCase()}.${suffix}`;
  return { kind, name, hosts: [hostAt(usual), ...others.map(hostAt)], cloudName: cloud.name };
}
