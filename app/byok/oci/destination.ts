import * as v from 'valibot';
import { displayName, httpsOrigin, plainName } from '../names.ts';
import { supportMatrix } from '../support-matrix.ts';

/** The plan's `destination` member for OCI Vault. */
export const ociSchema = v.strictObject({
  type: v.literal('oci-vault'),
  // An OCID, `ocid1.compartment.…` or `ocid1.tenancy.…` (docs.oracle.com, General/Concepts/identifiers.htm).
  compartment: plainName,
  managementEndpoint: httpsOrigin,
  displayName,
  wrappingAlgorithm: v.picklist(supportMatrix['oci-vault'].map(({ option }) => option)),
});

export type OciDestination = v.InferOutput<typeof ociSchema>;
