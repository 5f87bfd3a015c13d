import { utc } from '../../byok/inbound/deadline.ts';
import { formatFor } from '../../byok/registry.ts';
import type { Fact } from '../../contract/view.ts';
import { hexToBytes } from '../../keys/bytes.ts';
import { hexGroups, rsaThumbprint } from '../../keys/fingerprint.ts';
import { formatKcv } from '../../keys/kcv.ts';
import { refuser } from '../../keys/refuser.ts';
import { specInWords } from '../../keys/specs.ts';
import { readSpki } from '../../keys/spki.ts';
import type { KekRecord } from '../effects.ts';
import { isWrappedWeakly, type PlannedKey } from '../plan.ts';
import { carriedKeys, type CeremonyState } from '../state.ts';
import type { Step } from '../step.ts';
import { beginningOf, fingerprint, noticeFacts, values } from './fact-forms.ts';
import { destinationInWords, wayInWords } from './plan-facts.ts';

/**
 * A wrapping key, to be compared with the online desk: whose it is, its fingerprint, and all else that was read with it.
 */
export function comparedKek(state: CeremonyState, { key }: Step): Fact[] {
  const kek = key === null ? undefined : state.keks.get(key);
  const planned = state.plan.keys.find(({ id }) => id === key);
  if (kek === undefined || planned === undefined) return [];
  const [place = '', name = ''] = destinationInWords(planned);
  return [
    values('The wrapping key', [['Goes to', place], ...namesOf(planned, kek), ['Wraps by', wayInWords(planned, kek)]]),
    fingerprint('SHA-256 of the wrapping key (SubjectPublicKeyInfo)', kek.spkiSha256),
    values('The same key as a JWK thumbprint (RFC 7638)', [['SHA-256, base64url', thumbprintOf(kek)]], true),
    values('More about it', [
      ['Size', `RSA ${kek.bits}`],
      ['The key is named there', name],
    ]),
    ...deadlineOf(kek),
    {
      kind: 'table',
      caption: 'Read from the media',
      columns: ['File', 'Recognised as', 'Bytes', 'SHA-256'],
      rows: kek.files.map((file) => [file.name, file.as, String(file.bytes), beginningOf(file.sha256)]),
    },
    ...noticeFacts(kek.notices),
  ];
}

/** What a wrapping key is known by: in most clouds that is not a name of its own. */
function namesOf({ destination }: PlannedKey, { id }: Pick<KekRecord, 'id'>): (readonly [string, string])[] {
  const { kekLabel } = formatFor(destination).describe(destination);
  return id === null || kekLabel === null ? [] : [[kekLabel, id]];
}

/** The same in one cell. */
function kekInWords(key: PlannedKey, kek: KekRecord | undefined): string {
  const [known] = kek === undefined ? [] : namesOf(key, kek);
  return known === undefined ? 'unnamed' : `${known[0]} ${known[1]}`;
}

/** When it ends, with the time that is left. */
function deadlineOf({ deadline }: KekRecord): Fact[] {
  return deadline === null
    ? []
    : [{ kind: 'deadline', caption: 'The import token or import job ends', ends: deadline }];
}

/** Some online desks have tools for the thumbprint only; it is another hash of the very same two numbers. */
function thumbprintOf({ key, spki }: KekRecord): string {
  const refuse = refuser('LOG-HOLDS-A-CEREMONY', `The wrapping key for ${key}`);
  const found = readSpki(hexToBytes(spki), refuse);
  return found.kind === 'rsa' ? rsaThumbprint(found.modulus, found.exponent) : refuse('it is no RSA key');
}

/** All that is approved of each key, in one place. */
export function assignments(state: CeremonyState): Fact[] {
  const rows = carriedKeys(state).map((key) => {
    const kek = state.keks.get(key.id);
    return [
      key.id,
      specInWords(key.spec),
      ...destinationInWords(key),
      wayInWords(key, kek),
      kekInWords(key, kek),
      endOf(kek),
    ];
  });
  const caption = 'Each key, where it goes, and the wrapping key that protects it';
  const columns = ['Key', 'Kind', 'Goes to', 'Named there', 'For', 'Ends there', 'Wrapped by', 'Wrapping key', 'Upload before']; // prettier-ignore
  return [{ kind: 'table', caption, columns, rows }, wrappingKeys(state)];
}

/** Whole, since whoever approves signs what stands here: another key could begin with the same digits. */
function wrappingKeys(state: CeremonyState): Fact {
  const rows = carriedKeys(state).map(({ id }) => [id, hexGroups(state.keks.get(id)?.spkiSha256 ?? '').join(' ')]);
  const columns = ['Key', 'SHA-256 of its wrapping key'];
  return { kind: 'table', caption: 'The wrapping keys, as they were compared', columns, rows };
}

/** Which keys those are: whoever approves signs this very object, not only the name that the plan has for it. */
export function keysToApprove(state: CeremonyState): Fact {
  const rows = carriedKeys(state).map(({ id }) => {
    const target = state.targets.get(id);
    const kcvs = (target?.keyCheckValues ?? []).map(formatKcv);
    const publicKey = target?.publicKeySha256 ?? null;
    return [
      id,
      target?.ckaId ?? 'not made',
      kcvs.length === 0 ? 'none' : kcvs.join('; '),
      publicKey === null ? 'none: it is a secret key' : hexGroups(publicKey).join(' '),
    ];
  });
  const columns = ['Key', 'CKA_ID', 'Check value', 'SHA-256 of its public key'];
  return { kind: 'table', caption: 'The keys in the token, as they were checked', columns, rows };
}

/** Everything of the keys that the bundle will hold. */
export function partsToWrite(state: CeremonyState): Fact {
  const rows = carriedKeys(state).flatMap(
    ({ id }) =>
    (state.wrapped.get(id)?.parts ?? []).map(({ name, bytes, sha256 }) => [id, name, String(bytes), hexGroups(sha256).join(' ')]), // prettier-ignore
  );
  return { kind: 'table', caption: 'What is written of the keys', columns: ['Key', 'Part', 'Bytes', 'SHA-256'], rows };
}

function endOf(kek: KekRecord | undefined): string {
  const deadline = kek?.deadline ?? null;
  return deadline === null ? 'no end' : utc(deadline);
}

/** What was approved, one line for each key. */
export function keysToWrap(state: CeremonyState): Fact[] {
  const rows = carriedKeys(state).map(({ id, destination }) => [
    id,
    formatFor(destination).describe(destination).service,
    beginningOf(state.keks.get(id)?.spkiSha256 ?? ''),
  ]);
  const columns = ['Key', 'Goes to', 'Wrapping key’s SHA-256 begins'];
  return [{ kind: 'table', caption: 'Approved to be wrapped', columns, rows }];
}

/** The keys that are typed by hand, each with where it goes. */
export function weakWraps(state: CeremonyState): Fact[] {
  const rows = carriedKeys(state)
    .filter(isWrappedWeakly)
    .map((key) => [
      key.id,
      specInWords(key.spec),
      destinationInWords(key)[0] ?? '',
      wayInWords(key, state.keks.get(key.id)),
    ]);
  return [
    { kind: 'table', caption: 'Keys wrapped in a weak way', columns: ['Key', 'Kind', 'Goes to', 'Wrapped by'], rows },
  ];
}

/** What the token gave out, part by part. */
export function wrappedKeys(state: CeremonyState): Fact[] {
  const rows = carriedKeys(state).flatMap((key) =>
    (state.wrapped.get(key.id)?.parts ?? []).map((part) => [
      key.id,
      part.name,
      `${part.bytes} bytes, shape right`,
      hexGroups(part.sha256).slice(0, 8).join(' '),
    ]),
  );
  return [{ kind: 'table', caption: 'Wrapped keys', columns: ['Key', 'Part', 'Size', 'SHA-256 begins'], rows }];
}
