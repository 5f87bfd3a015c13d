import { alibabaCloud } from './alibaba-kms.ts';
import { awsCloud } from './aws-kms.ts';
import { azureCloud } from './azure-key-vault.ts';
import { googleCloudKmsCloud } from './google-cloud-kms.ts';
import { huaweiKmsCloud } from './huawei-kms.ts';
import { ibmKeyProtectCloud } from './ibm-key-protect.ts';
import { ociVaultCloud } from './oci-vault.ts';
import { tencentCloud } from './tencent-kms.ts';
import { vaultTransitCloud } from './vault-transit.ts';
import type { Cloud } from './cloud.ts';

/** Every destination, as the tests play it. */
export const clouds: readonly Cloud[] = [
  alibabaCloud,
  awsCloud,
  azureCloud,
  googleCloudKmsCloud,
  huaweiKmsCloud,
  ibmKeyProtectCloud,
  ociVaultCloud,
  tencentCloud,
  vaultTransitCloud,
];
