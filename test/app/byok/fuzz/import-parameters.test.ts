import { fuzzOf } from '../../../support/fuzz/suite.ts';

// The other parsers are fed in wrapping-keys.test.ts: two files, so that both workers of the runner have something to do.
fuzzOf(['aws-kms', 'huawei-kms', 'alibaba-kms', 'tencent-kms']);
