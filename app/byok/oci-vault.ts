import { keySpecs } from '../keys/specs.ts';
import type { DestinationFormat } from './format.ts';
import { readPemOrJson } from './inbound/pem-or-json.ts';
import { ociSchema, type OciDestination } from './oci/destination.ts';
import { importFiles, inspectImportFiles } from './oci/import-files.ts';
import { ociUpload } from './oci/upload.ts';
import { ociWrappingKey } from './oci/wrapping-key.ts';
import { supportMatrix } from './support-matrix.ts';

/**
 * Oracle OCI Vault: each vault has one RSA-4096 wrapping key, made with it and never changed, so nothing here ends.
 * RSA_OAEP_SHA256 takes AES keys, RSA_OAEP_AES_SHA256 (RSA-AES with an AES-256 ephemeral key) RSA key pairs as PKCS#8.
 * Sources: docs.oracle.com, KeyManagement/Tasks/importingkeys.htm (key types; "Vault wrapping keys are 4096-bit RSA keys");
 * oracle/oci-python-sdk, src/oci/key_management/models/{wrapping_key,key_shape,wrapped_import_key,import_key_details}.py.
 * UNCONFIRMED: AES keys by RSA_OAEP_AES_SHA256, which the SDK describes for private keys; whether the vault's OCID in the
 * JSON always belongs to the host name of its endpoint, so the two are not compared; whether ciphertexts of an HSM key
 * tell anything about it.
 */
export const ociVault: DestinationFormat<OciDestination> = {
  type: 'oci-vault',
  title: 'OCI Vault',
  schema: ociSchema,
  ways: () => supportMatrix['oci-vault'],
  option: ({ wrappingAlgorithm }) => wrappingAlgorithm,

  whyNot(destination, spec) {
    switch (keySpecs[spec].kind) {
      case 'ec':
        return 'OCI imports no elliptic curve keys';
      case 'hmac':
        return 'OCI Vault has no HMAC keys';
      case 'rsa':
      case 'aes':
        return `OCI takes key pairs by RSA_OAEP_AES_SHA256 only: none is short enough for ${destination.wrappingAlgorithm}`;
    }
  },

  refusesNow: () => null,
  // Key pairs have that way only, and are documented for it.
  cautions({ wrappingAlgorithm }, spec) {
    if (keySpecs[spec].kind !== 'aes' || wrappingAlgorithm !== 'RSA_OAEP_AES_SHA256') return [];
    const text = `Oracle describes ${wrappingAlgorithm} for private keys: OCI may refuse ${spec} by it, and takes AES keys by RSA_OAEP_SHA256.`;
    return [{ rule: 'PLAN-OPERATIONS-FIT-SPEC', text }];
  },

  // A management endpoint is one vault's, and so is a wrapping key.
  scope: ({ managementEndpoint }) => managementEndpoint,
  isKekId: (_, id) => id === null,
  takesZip: false,

  // Display names need not differ; two keys of one name in one compartment would be taken for each other all the same.
  target: ({ managementEndpoint, compartment, displayName }) => `${managementEndpoint}/${compartment}/${displayName}`,

  describe: ({ managementEndpoint, compartment, displayName }) => ({
    service: 'OCI Vault',
    place: `${managementEndpoint}, compartment ${compartment}`,
    name: displayName,
    uses: 'whatever OCI Vault allows for its key shape',
    end: null,
    kekLabel: null,
  }),

  readInbound: (files) =>
    readPemOrJson(files, {
      jsonLabel: 'wrapping key JSON of OCI',
      kekBits: supportMatrix['oci-vault'][0].kekBits,
      keyOf: ociWrappingKey,
    }),

  assemble: importFiles,
  inspect: inspectImportFiles,
  upload: ociUpload,
};
