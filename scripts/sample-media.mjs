// Media A for the sample of four clouds, as an online desk would bring it today: import tokens end within a day, so none can
// lie in the repository. The private halves are thrown away unseen: nobody can open what is wrapped under these keys.
// Usage: node scripts/sample-media.mjs FOLDER
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { inCheckout } from './paths.mjs';
import { main, SetupFailed } from './run.mjs';

/** @typedef {import('node:crypto').KeyObject} KeyObject */
/** @typedef {{ type: string, [member: string]: string }} Destination of a planned key */

const day = 86_400_000;
const now = Math.floor(Date.now() / 1000) * 1000;
const ends = new Date(now + day);
const utc = (/** @type {Date} */ moment) => `${moment.toISOString().slice(0, 19)}Z`;
const spkiOf = (/** @type {KeyObject} */ key) => key.export({ type: 'spki', format: 'der' });

/**
 * What each cloud hands out for a wrapping key: modulus size, name of the file, its members.
 * @type {Record<string, { bits: number, name: string, answer: (key: KeyObject, destination: Destination) => object }>}
 */
const clouds = {
  'azure-key-vault': { bits: 4096, name: 'kek-for-byok.json', answer: azureKey },
  'aws-kms': { bits: 4096, name: 'parameters.json', answer: awsParameters },
  'huawei-kms': { bits: 2048, name: 'parameters.json', answer: huaweiParameters },
  'ibm-key-protect': { bits: 4096, name: 'import_token.json', answer: ibmImportToken },
};

/**
 * `az keyvault key show -o json`, without the members that are null.
 * @param {KeyObject} key @param {Destination} destination
 */
function azureKey(key, { vault }) {
  const { n = '', e = '' } = key.export({ format: 'jwk' });
  const base64 = (/** @type {string} */ text) => Buffer.from(text, 'base64url').toString('base64');
  const version = randomBytes(16).toString('hex');
  return {
    attributes: { created: utc(new Date(now)), enabled: true, expires: null, notBefore: null },
    key: {
      e: base64(e),
      keyOps: ['import'],
      kid: `https://${vault}.vault.azure.net/keys/kek-for-byok/${version}`,
      kty: 'RSA-HSM',
      n: base64(n),
    },
  };
}

/**
 * `aws kms get-parameters-for-import --output json`.
 * @param {KeyObject} key @param {Destination} destination
 */
function awsParameters(key, { keyId }) {
  return {
    KeyId: keyId,
    ImportToken: randomBytes(1824).toString('base64'),
    PublicKey: spkiOf(key).toString('base64'),
    ParametersValidTo: utc(ends),
  };
}

/**
 * `POST …/kms/get-parameters-for-import`.
 * @param {KeyObject} key @param {Destination} destination
 */
function huaweiParameters(key, { keyId }) {
  return {
    key_id: keyId,
    import_token: randomBytes(2240).toString('base64'),
    expiration_time: ends.getTime() / 1000,
    public_key: spkiOf(key).toString('base64'),
  };
}

/**
 * `GET …/api/v2/import_token`: the payload is base64 of PEM.
 * @param {KeyObject} key
 */
function ibmImportToken(key) {
  return {
    creationDate: utc(new Date(now)),
    expirationDate: utc(ends),
    maxAllowedRetrievals: 1,
    remainingRetrievals: 0,
    payload: Buffer.from(key.export({ type: 'spki', format: 'pem' })).toString('base64'),
    nonce: randomBytes(12).toString('base64'),
  };
}

/** The fingerprint as the sheet has it: two lines of eight groups. @param {KeyObject} key */
function fingerprint(key) {
  const hex = createHash('sha256').update(spkiOf(key)).digest('hex').toUpperCase();
  const groups = hex.match(/.{4}/g) ?? [];
  return `  ${groups.slice(0, 8).join(' ')}\n  ${groups.slice(8).join(' ')}`;
}

await main(async () => {
  const [folder, ...more] = process.argv.slice(2);
  if (folder === undefined || more.length > 0) {
    process.stderr.write('usage: node scripts/sample-media.mjs FOLDER\n');
    return 2;
  }
  const plan = readFileSync(inCheckout('resources/samples/four-clouds/plan.json'), 'utf8');
  for (const { id, destination } of JSON.parse(plan).keys) {
    const cloud = clouds[destination.type];
    if (cloud === undefined) throw new SetupFailed(`the sample knows no ${destination.type}`);
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: cloud.bits });
    const file = path.join(folder, id, cloud.name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(cloud.answer(publicKey, destination), null, 2)}\n`);
    process.stdout.write(`${file}\n${fingerprint(publicKey)}\n`);
  }
  process.stdout.write(`The import tokens end at ${utc(ends)}.\n`);
  return 0;
});
