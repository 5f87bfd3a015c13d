import { utc } from '../../byok/inbound/deadline.ts';
import type { Fact } from '../../contract/view.ts';
import { hexToBytes } from '../../keys/bytes.ts';
import { hexGroups, rsaThumbprint } from '../../keys/fingerprint.ts';
import { refuser } from '../../keys/refuser.ts';
import { readSpki } from '../../keys/spki.ts';
import type { KekRecord } from '../effects.ts';
import { isWrappedWeakly } from '../plan.ts';
import { carriedKeys, type CeremonyState } from '../state.ts';
import type { Step } from '../step.ts';
import { beginningOf, fingerprint, noticeFacts, values } from './fact-forms.ts';
import { placeNameAndUses, wayInWords } from './plan-facts.ts';

/** A wrapping key, to be compared with the online desk: its fingerprint, and all that was read with it. */
export function comparedKek(state: CeremonyState, { key }: Step): Fact[] {
  const kek = key === null ? undefined : state.keks.get(key);
  const planned = state.plan.keys.find(({ id }) => id === key);
  if (kek === undefined || planned === undefined) return [];
  return [
    fingerprint('SHA-256 of the wrapping key (SubjectPublicKeyInfo)', kek.spkiSha256),
    values('The same key as a JWK thumbprint (RFC 7638)', [['SHA-256, base64url', thumbprintOf(kek)]], true),
    values('The wrapping key', [
      ['Name', kek.id ?? 'the cloud gives it none'],
      ['Size', `RSA, ${kek.bits} bits`],
      ['Wraps by', wayInWords(planned, kek)],
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
      key.spec,
      ...placeNameAndUses(key),
      beginningOf(kek?.spkiSha256 ?? ''),
      wayInWords(key, kek),
      endOf(kek),
      kek?.id ?? 'unnamed',
    ];
  });
  const caption = 'Each key, where it goes, and the wrapping key that protects it';
  const columns = ['Key', 'Kind', 'Goes to', 'Named there', 'For', 'KEK SHA-256 begins', 'Wrapped by', 'Ends', 'Wrapping key']; // prettier-ignore
  return [{ kind: 'table', caption, columns, rows }];
}

function endOf(kek: KekRecord | undefined): string {
  const deadline = kek?.deadline ?? null;
  return deadline === null ? 'not said' : utc(deadline);
}

/** The keys that are typed by hand, each with where it goes. */
export function weakWraps(state: CeremonyState): Fact[] {
  const rows = carriedKeys(state)
    .filter(isWrappedWeakly)
    .map((key) => [key.id, key.spec, placeNameAndUses(key)[0] ?? '', wayInWords(key, state.keks.get(key.id))]);
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
