import { fuzzOf } from '../../../support/fuzz/suite.ts';

// The other parsers are fed in import-parameters.test.ts.
fuzzOf(['azure-key-vault', 'google-cloud-kms', 'ibm-key-protect', 'oci-vault', 'vault-transit']);
