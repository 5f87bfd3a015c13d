import type { DestinationType } from '../../../app/byok/support-matrix.ts';
import { isRsaSpki, rsaSpki } from './der.ts';
import { room } from './forms.ts';
import { demand, fromBase64, fromPem, isGiven, memberOf, stringOf, type View } from './lenient.ts';

/** What the files of one key say, each thing in every place where it stands. */
export interface Found {
  /** DER SubjectPublicKeyInfo as it stands. */
  readonly keys: readonly Buffer[];
  readonly tokens: readonly Buffer[];
  readonly nonce: Buffer | null;
  /** Milliseconds since 1970; null where nothing is said. */
  readonly end: number | null;
  /** The cloud hands out a token that ends, and the files do not say when. */
  readonly isUndated: boolean;
  readonly id: string | null;
  readonly option: string | null;
  /** Sizes of wrapping keys that the cloud makes. */
  readonly bits: readonly number[];
}

type Plan = Readonly<Record<string, unknown>>;
/** @throws Error when what was found must not be accepted for this plan */
type Reader = (views: readonly View[], plan: Plan) => Found;

const nothing = { tokens: [], nonce: null, end: null, isUndated: false, id: null, option: null };

/** How each cloud's files are read; READMEs are not among them. */
export const readers: Readonly<Record<DestinationType, Reader>> = {
  'aws-kms': (views, plan) => (views.some(isJson) ? awsJson(views, plan) : awsFiles(views, plan)),

  'huawei-kms': (views, plan) => (views.some(isJson) ? huaweiJson(onlyJson(views), plan) : huaweiFiles(views, plan)),

  'azure-key-vault': (views, plan) => {
    const jsons = views.filter(isJson);
    const pems = views.filter(isPem);
    const kids = views.filter((view) => !isJson(view) && !isPem(view)).map(({ text }) => text.replaceAll('"', ''));
    demand(
      [jsons, pems, kids].every(({ length }) => length <= 1),
      'there are two of a kind',
    );
    const bundles = jsons.map(({ json }) => json);
    const id = [...bundles.map((json) => stringOf(json, 'key.kid')), ...kids];
    demand(new Set(id).size === 1, 'there is not one key identifier');
    demandKid(id[0] ?? '', plan);
    for (const json of bundles) demandAzureMetadata(json);
    const keys = [...bundles.map(azureKey), ...pems.map(({ text }) => fromPem(text))];
    return { ...nothing, keys, bits: [2048, 3072, 4096], id: id[0] ?? null };
  },

  'google-cloud-kms': (views, { importJob, algorithm }) => {
    const json = onlyJson(views);
    demand(stringOf(json, 'name') === importJob, 'the import job is another');
    demand(stringOf(json, 'state') === 'ACTIVE', 'the import job is not active');
    const method = stringOf(json, 'importMethod');
    const [, bits = '', hash, isHybrid] = /^RSA_OAEP_(3072|4096)_(SHA1|SHA256)(_AES_256)?$/.exec(method) ?? [];
    const isSecret = /^(?:google-symmetric|hmac|aes)/.test(String(algorithm));
    demand(bits !== '' && (isHybrid !== undefined || (isSecret && hash === 'SHA256')), `the method is ${method}`);
    const option = method.toLowerCase().replaceAll('_', '-');
    return { ...nothing, keys: [fromPem(stringOf(json, 'publicKey.pem'))], bits: [Number(bits)], id: importJob, option, end: momentOf(memberOf(json, 'expireTime')) }; // prettier-ignore
  },

  'ibm-key-protect': (views, { instance }) => {
    const json = onlyJson(views);
    const nonce = fromBase64(stringOf(json, 'nonce'));
    demand(nonce.length === 12, `the nonce has ${nonce.length} bytes`);
    const pem = fromBase64(stringOf(json, 'payload'))
      .toString('utf8')
      .replace(/^\ufeff/, '');
    return { ...nothing, keys: [fromPem(pem)], bits: [4096], nonce, id: String(instance), end: momentOf(memberOf(json, 'expirationDate')) }; // prettier-ignore
  },

  'oci-vault': (views) => keyFiles(views, ['data.public-key', 'publicKey'], ['data.lifecycle-state', 'lifecycleState']),
  'vault-transit': (views) => keyFiles(views, ['data.public_key', 'public_key'], ['none', 'none']),
  'alibaba-kms': (views, plan) => parameters(onlyJson(views), '', 'TokenExpireTime', plan),

  'tencent-kms': (views, plan) => {
    const json = onlyJson(views);
    const prefix = 'Response' in json ? 'Response.' : '';
    demand(Number.isSafeInteger(memberOf(json, `${prefix}ParametersValidTo`)), 'the end is no number of seconds');
    return parameters(json, prefix, 'ParametersValidTo', plan);
  },
};

const isJson = ({ json }: View): boolean => json !== null;
const isPem = ({ text }: View): boolean => text.startsWith('-----BEGIN ');

function onlyJson(views: readonly View[]): object {
  const [view] = views;
  demand(view !== undefined && view.json !== null && views.length === 1, 'there is not one JSON and nothing else');
  return view.json;
}

function demandBetween(length: number, least: number, most: number): void {
  demand(length >= least && length <= most, `an import token of ${length}`);
}

/** The answer of GetParametersForImport of AWS's family. */
function parameters(json: object, prefix: string, endName: string, { keyId }: Plan): Found {
  demand(stringOf(json, `${prefix}KeyId`) === keyId, 'the answer is for another key');
  const token = fromBase64(stringOf(json, `${prefix}ImportToken`));
  demandBetween(token.length, 1, 6144);
  const keys = [fromBase64(stringOf(json, `${prefix}PublicKey`))];
  const end = momentOf(memberOf(json, `${prefix}${endName}`));
  return { ...nothing, keys, tokens: [token], bits: [2048], id: keyId, end };
}

/** AWS takes the bare id for the ARN, and the other way round. */
function awsJson(views: readonly View[], { keyId }: Plan): Found {
  const json = onlyJson(views);
  const [planned, answered] = [String(keyId), stringOf(json, 'KeyId')];
  const isArn = (name: string): boolean => /^arn:aws[a-z-]*:kms:[^:]+:\d{12}:key\//.test(name);
  const isSame = isArn(planned) === isArn(answered) ? planned === answered : lastPart(planned) === lastPart(answered);
  demand(isSame && (isArn(answered) || !answered.includes('/')), 'the answer is for another key');
  return { ...parameters(json, '', 'ParametersValidTo', { keyId: answered }), id: planned, bits: [2048, 3072, 4096] };
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The key is DER, and the token is what is named so; names tell of key and download. */
function awsFiles(views: readonly View[], { keyId }: Plan): Found {
  const tokens = views.filter(({ name, bytes }) => /^importToken/i.test(lastPart(name)) && !isRsaSpki(bytes));
  const keys = views.filter((view) => !tokens.includes(view));
  demand(tokens.length === 1 && keys.length === 1, 'there are not one key and one token');
  demand(
    tokens.every(({ text }) => !/^[\w+/\s-]{100,}={0,2}$/.test(text)),
    'the token is in base64',
  );
  demandOneDownload(views, lastPart(String(keyId)));
  const archives = new Set(views.map(({ name }) => name.slice(0, Math.max(0, name.lastIndexOf('/')))));
  demand(archives.size === 1, 'key and token are of two archives');
  const bytes = tokens.map((view) => view.bytes);
  demandBetween(bytes[0]?.length ?? 0, 1, 6144);
  return { ...nothing, keys: keys.map((view) => view.bytes), tokens: bytes, bits: [2048, 3072, 4096], id: String(keyId), isUndated: true }; // prettier-ignore
}

const named = /^(?:wrappingKey|importToken)_([0-9a-z]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12})(.*)$/i;

/** Names of the older consoles hold key id and time. */
function demandOneDownload(views: readonly View[], keyId: string): void {
  const stamps = views.flatMap(({ name }) => {
    const [, id = '', rest = ''] = named.exec(lastPart(name)) ?? [];
    return id === '' ? [] : [{ id: id.toLowerCase(), time: /^\w*/.exec(rest)?.[0] }];
  });
  demand(stamps.every(({ id }) => id === keyId), 'a file is named after another key');
  demand(new Set(stamps.map(({ time }) => time)).size <= 1, 'the files are of two downloads');
} // prettier-ignore

function huaweiJson(json: object, { keyId }: Plan): Found {
  demand(stringOf(json, 'key_id') === keyId, 'the answer is for another key');
  const token = fromBase64(stringOf(json, 'import_token'));
  demandBetween(token.toString('base64').length, 200, 6144);
  const keys = [fromBase64(stringOf(json, 'public_key'))];
  const end = momentOf(memberOf(json, 'expiration_time'));
  return { ...nothing, keys, tokens: [token], bits: [2048], id: keyId, end };
}

function huaweiFiles(views: readonly View[], { keyId }: Plan): Found {
  const files = views.map(huaweiFile);
  const [keys, tokens] = [files.flatMap(({ key }) => key ?? []), files.flatMap(({ token }) => token ?? [])];
  demand(keys.length === 1 && tokens.length === 1, 'there are not one key and one token');
  for (const token of tokens) demandBetween(token.toString('base64').length, 200, 6144);
  demandOneDownload(views, String(keyId));
  return { ...nothing, keys, tokens, bits: [2048], id: String(keyId), isUndated: true };
}

/** Raw, or base64 with line breaks. */
function huaweiFile({ name, bytes, text }: View): { key?: Buffer; token?: Buffer } {
  const bare = text.replaceAll(/[\r\n]/g, '');
  const isText = /^[A-Za-z0-9+/=]+$/.test(bare);
  const content = isText ? fromBase64(bare) : bytes;
  if (isRsaSpki(content)) return { key: content };
  demand(isText || /^importToken/i.test(lastPart(name)), `${name} is neither base64 nor named like a token`);
  return { token: content };
}

/** A PEM file, or JSON with such text in a member: the first name where its first part is there. */
function keyFiles(views: readonly View[], members: readonly [string, string], states: readonly [string, string]): Found {
  const keys = views.map(({ json, text }) => {
    if (json === null) return fromPem(text);
    const at = 'data' in json ? 0 : 1;
    const state = memberOf(json, states[at]);
    demand([undefined, null, 'ENABLED'].some((fine) => fine === state), `the key is ${String(state)}`);
    return fromPem(stringOf(json, members[at]));
  });
  demand(views.length === 1, 'there are two keys, or none');
  return { ...nothing, keys, bits: [4096] };
} // prettier-ignore

function demandKid(kid: string, plan: Plan): void {
  const url = new URL(kid);
  const host = 'vault' in plan ? `${stringOf(plan, 'vault')}.vault.azure.net` : `${stringOf(plan, 'managedHsm')}.managedhsm.azure.net`; // prettier-ignore
  demand(url.host === host && url.href.toLowerCase() === kid.toLowerCase(), `the vault is ${url.host}`);
  demand(url.protocol === 'https:' && /^\/keys\/[^/]+\/[0-9a-f]{32}$/i.test(url.pathname), `the path is ${url.pathname}`);
  demand(`${url.search}${url.hash}${url.username}${url.password}` === '', 'the key identifier says more');
} // prettier-ignore

function demandAzureMetadata(json: object | null): void {
  demand(stringOf(json, 'key.kty') === 'RSA-HSM', 'the type is not RSA-HSM');
  const operations = [memberOf(json, 'key.keyOps'), memberOf(json, 'key.key_ops')].filter(isGiven);
  demand(operations.length > 0 && operations.every((each) => JSON.stringify(each) === '["import"]'), 'the operations');
  const attributes = memberOf(json, 'attributes');
  demand(!Array.isArray(attributes) && (!isGiven(attributes) || typeof attributes === 'object'), 'the attributes');
  const enabled = memberOf(json, 'attributes.enabled');
  demand(!isGiven(enabled) || enabled === true, 'the key is not enabled');
  const moments = (names: readonly string[]): number[] =>
    names.map((name) => memberOf(json, `attributes.${name}`)).filter(isGiven).map(momentOf);
  const now = Date.parse(room.nowIso);
  demand(moments(['notBefore', 'nbf']).every((start) => start <= now + 15 * 60_000), 'the key is not yet valid');
  const needed = now + room.uploadMarginHours * 3_600_000;
  demand(moments(['expires', 'exp']).every((end) => end >= needed), 'the key ends too soon');
} // prettier-ignore

/** n and e in base64 of the CLI or base64url of REST (RFC 7518 section 6.3.1.1: as few octets as the number needs). */
function azureKey(json: object | null): Buffer {
  const number = (name: string): Buffer => {
    const text = stringOf(json, name);
    const bytes = fromBase64(text, /[-_]/.test(text) || text.length % 4 !== 0 ? 'base64url' : 'base64');
    demand(bytes[0] !== 0, `${name} has a leading zero`);
    return bytes;
  };
  return Buffer.from(rsaSpki({ modulus: number('key.n'), exponent: number('key.e') }));
}

/**
 * An end as a Date.
 * @returns milliseconds since 1970
 */
function momentOf(value: unknown): number {
  const isSeconds = typeof value === 'number' || (typeof value === 'string' && /^[\d.]+$/.test(value));
  const moment = isSeconds ? Number(value) * 1000 : Date.parse(String(value));
  demand(isGiven(value) && Number.isFinite(moment) && moment >= 0, `${String(value)} is no moment`);
  if (isSeconds) return moment;
  const [, year, month, day, zone] = /^(\d{4})-(\d\d)-(\d\d)T.*?(Z|[+-]\d\d:\d\d)$/.exec(String(value)) ?? [];
  demand(zone !== undefined, `${String(value)} has no zone`);
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  demand(date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1, `${String(value)} is no day`);
  return moment;
}
