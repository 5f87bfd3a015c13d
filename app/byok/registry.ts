import { alibabaKms, type AlibabaDestination } from './alibaba-kms.ts';
import { awsKms } from './aws-kms.ts';
import type { AwsDestination } from './aws/destination.ts';
import { azureKeyVault } from './azure-key-vault.ts';
import type { AzureDestination } from './azure/destination.ts';
import type { DestinationFormat } from './format.ts';
import { googleCloudKms } from './google-cloud-kms.ts';
import type { GoogleDestination } from './google/destination.ts';
import { huaweiKms } from './huawei-kms.ts';
import type { HuaweiDestination } from './huawei/destination.ts';
import { ibmKeyProtect } from './ibm-key-protect.ts';
import type { IbmDestination } from './ibm/destination.ts';
import { ociVault } from './oci-vault.ts';
import type { OciDestination } from './oci/destination.ts';
import { tencentKms, type TencentDestination } from './tencent-kms.ts';
import { vaultTransit } from './vault-transit.ts';
import type { VaultDestination } from './vault/destination.ts';

/** The `destination` member of a planned key, of whichever kind. */
export type Destination =
  | AlibabaDestination
  | AwsDestination
  | AzureDestination
  | GoogleDestination
  | HuaweiDestination
  | IbmDestination
  | OciDestination
  | TencentDestination
  | VaultDestination;

/** Every destination by its type. No prototype: a hostile type such as `constructor` finds nothing. */
const formats: Readonly<Record<string, DestinationFormat<Destination>>> = Object.assign(
  Object.create(null) as Record<string, DestinationFormat<Destination>>,
  {
    [alibabaKms.type]: alibabaKms,
    [awsKms.type]: awsKms,
    [azureKeyVault.type]: azureKeyVault,
    [googleCloudKms.type]: googleCloudKms,
    [huaweiKms.type]: huaweiKms,
    [ibmKeyProtect.type]: ibmKeyProtect,
    [ociVault.type]: ociVault,
    [tencentKms.type]: tencentKms,
    [vaultTransit.type]: vaultTransit,
  },
);

/**
 * Finds a destination.
 * @param type - the plan's `destination.type`
 * @returns its format, or undefined when this version does not serve it
 */
export function destinationOf(type: string): DestinationFormat<Destination> | undefined {
  return formats[type];
}

/**
 * The format of a destination that was parsed, so that it is known.
 * @param destination - from a parsed plan
 */
export function formatFor(destination: Destination): DestinationFormat<Destination> {
  const format = destinationOf(destination.type);
  if (format === undefined) throw new Error(`A plan was parsed with the unknown destination ${destination.type}`);
  return format;
}
