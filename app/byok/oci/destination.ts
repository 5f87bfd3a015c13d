import * as v from 'valibot';
import { displayName, httpsOrigin } from '../names.ts';

/**
 * `ocid1.<type>.<realm>.[region][.future use].<unique id>` (docs.oracle.com, General/Concepts/identifiers.htm). A key lies
 * in a compartment; the tenancy is the root one.
 */
const compartmentId = v.pipe(
  v.string(),
  v.maxLength(255),
  v.regex(
    /^ocid1\.(?:compartment|tenancy)\.[a-z0-9-]+\.[a-z0-9-]*\.(?:[a-z0-9-]*\.)?[a-z0-9]+$/,
    'a compartment is an OCID, "ocid1.compartment.…" or "ocid1.tenancy.…"',
  ),
);

/** The plan's `destination` member for OCI Vault. */
export const ociSchema = v.strictObject({
  type: v.literal('oci-vault'),
  compartment: compartmentId,
  managementEndpoint: httpsOrigin,
  displayName,
  wrappingAlgorithm: v.picklist(['RSA_OAEP_AES_SHA256', 'RSA_OAEP_SHA256']),
});

export type OciDestination = v.InferOutput<typeof ociSchema>;
