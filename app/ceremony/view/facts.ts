import { formatFor } from '../../byok/registry.ts';
import { utc } from '../../bundle/upload-md.ts';
import { countOf } from '../byok-export/draft.ts';
import { hexToBytes } from '../../keys/bytes.ts';
import { hexGroups, pgpWords, rsaThumbprint } from '../../keys/fingerprint.ts';
import { formatKcv } from '../../keys/kcv.ts';
import { refuser } from '../../keys/refuser.ts';
import { readSpki } from '../../keys/spki.ts';
import type { Fact } from '../../contract/view.ts';
import type { KekRecord, NoticeRecord } from '../effects.ts';
import type { Plan, PlannedKey } from '../plan.ts';
import type { CeremonyState } from '../state.ts';
import type { Step } from '../step.ts';

/**
 * What there is to look at on a step: everything the people confirm is here, and comes from the log.
 * @param state - the ceremony
 * @param step - the step
 * @returns the facts in the order in which they are read
 */
export function factsOf(state: CeremonyState, step: Step): Fact[] {
  const show = factsByStep[step.key === null ? step.id : step.id.slice(0, -step.key.length - 1)];
  return show?.(state, step) ?? [];
}

/** What a step shows, by its id without a key. Steps that show nothing but their words are not listed. */
const factsByStep: Readonly<Partial<Record<string, (state: CeremonyState, step: Step) => Fact[]>>> = {
  'prepare.findings': workstation,
  'prepare.plan': (state) => planFacts(state.plan, state.planSha256),
  'roll-call.present': peopleList,
  'token.log-in': tokenIdentity,
  'token.accept': tokenProofs,
  'bring-in.compare': comparedKek,
  'bring-in.accept': assignments,
  'keys.make': (state) => [keysOfPlan(state.plan)],
  'keys.check': madeKeys,
  'wrap.approve': assignments,
  'wrap.wrap': assignments,
  'wrap.check': wrappedKeys,
  'take-out.write': writtenSoFar,
  'take-out.check': bundle,
  'close.destroy': (state) => [keysOfPlan(state.plan)],
};

/**
 * A SHA-256 to be read aloud.
 * @param caption - whose hash it is
 * @param hex - 64 lower-case hex digits
 */
export function fingerprint(caption: string, hex: string): Fact {
  return { kind: 'fingerprint', caption, hex, words: pgpWords(hexToBytes(hex)) };
}

/**
 * What a plan says, before and during a ceremony.
 * @param plan - the plan
 * @param sha256 - its hash, hex
 */
export function planFacts(plan: Plan, sha256: string): Fact[] {
  const people = Object.entries(plan.roles).filter(([, count]) => count > 0);
  const quorum = Object.entries(plan.quorum).filter(([, count]) => count > 0);
  const list = (counts: readonly (readonly [string, number])[]): string =>
    counts.map(([role, count]) => countOf(count, role)).join(', ');
  return [
    values('The plan', [
      ['Title', plan.title],
      ['Purpose', plan.purpose === '' ? 'not stated' : plan.purpose],
      ['People', list(people)],
      ['Sensitive steps need', list(quorum)],
      ['Roles that nobody combines', separationOf(plan)],
      ['Copies of the bundle', String(plan.copies)],
      ['Hours for the upload', `${plan.uploadMarginHours} at least, before a wrapping key or import token ends`],
    ]),
    keysOfPlan(plan),
    destinationsOf(plan),
    fingerprint('SHA-256 of the plan', sha256),
    ...noticeFacts(plan.notices),
  ];
}

/** Only what somebody here could combine: a role that the plan does not fill is nobody's. */
function separationOf({ separate, roles }: Plan): string {
  const filled = separate.filter((apart) => apart.every((role) => roles[role] > 0));
  return filled.map((apart) => apart.join(' and ')).join('; ') || 'none';
}

function values(caption: string, items: readonly (readonly [string, string])[], isCode = false): Fact {
  return { kind: 'values', caption, items: items.map(([label, value]) => ({ label, value, isCode })) };
}

function noticeFacts(notices: readonly NoticeRecord[]): Fact[] {
  return notices.map(({ rule, text }) => ({ kind: 'notice', rule, text }));
}

function keysOfPlan(plan: Plan): Fact {
  return {
    kind: 'table',
    caption: 'Keys of the plan',
    columns: ['Key', 'Kind', 'Comes from', 'Afterwards'],
    rows: plan.keys.map((key) => [
      key.id,
      key.spec,
      key.source === 'generate' ? 'made in the token' : `token, CKA_ID ${key.source.existing.ckaId}`,
      key.after === 'destroy' ? 'destroyed in the token' : 'kept in the token',
    ]),
  };
}

/** All that the plan says of each destination: nobody approves what is not on the screen. */
function destinationsOf(plan: Plan): Fact {
  return {
    kind: 'table',
    caption: 'Where each key goes',
    columns: ['Key', 'Goes to', 'Named there', 'For'],
    rows: plan.keys.map((key) => [key.id, ...placeNameAndUses(key)]),
  };
}

function placeNameAndUses({ destination }: PlannedKey): string[] {
  const { place, name, uses } = formatFor(destination).describe(destination);
  return [place, name, uses];
}

function workstation({ workstation: found }: CeremonyState): Fact[] {
  if (found === null) return [];
  return [
    values('This workstation', [
      ['Keyferry', found.application],
      ['Runtime', `Electron ${found.electron}, Node ${found.node}`],
      ['System', found.platform],
      ['Computer name', found.host],
    ]),
    {
      kind: 'table',
      caption: 'Network interfaces',
      columns: ['Interface', 'State', 'Address'],
      rows: found.interfaces.map(({ name, state, address }) => [name, state, address === '' ? 'none' : address]),
    },
    ...noticeFacts(found.notices),
  ];
}

function peopleList({ people }: CeremonyState): Fact[] {
  const rows = people.map((person) => [
    person.name,
    person.organisation === '' ? 'none named' : person.organisation,
    person.roles.join(', '),
  ]);
  return [{ kind: 'table', caption: 'People of this ceremony', columns: ['Name', 'Organisation', 'Role'], rows }];
}

function tokenIdentity({ token }: CeremonyState): Fact[] {
  if (token === null) return [];
  const { identity } = token;
  return [
    values('The token', [['Serial number', identity.serial]], true),
    values('As it describes itself', [
      ['Label', identity.label],
      ['Model', `${identity.manufacturer} ${identity.model}`],
      ['Firmware', identity.firmware],
      ['PKCS#11 module', `${identity.moduleDescription}, Cryptoki ${identity.cryptoki}`],
      ['Its file’s SHA-256 begins', beginningOf(identity.moduleSha256)],
    ]),
  ];
}

function tokenProofs({ probe }: CeremonyState): Fact[] {
  if (probe === null) return [];
  return [
    {
      kind: 'table',
      caption: 'Throw-away keys, wrapped in the token and opened in software',
      columns: ['Kind', 'Method', 'OAEP hash', 'Key wrap', 'Opened key'],
      rows: probe.proofs.map((proof) => [
        proof.spec,
        `${proof.method}, ${proof.performed}`,
        proof.oaepHash ?? 'none',
        proof.kwpMechanism === null ? 'none' : `RFC 5649 (${proof.kwpMechanism})`,
        `exact, ${proof.payloadBytes} bytes`,
      ]),
    },
  ];
}

function comparedKek(state: CeremonyState, { key }: Step): Fact[] {
  const kek = key === null ? undefined : state.keks.get(key);
  if (kek === undefined) return [];
  return [
    fingerprint('SHA-256 of the wrapping key (SubjectPublicKeyInfo)', kek.spkiSha256),
    values('The same key as a JWK thumbprint (RFC 7638)', [['SHA-256, base64url', thumbprintOf(kek)]], true),
    values('The wrapping key', [
      ['Name', kek.id ?? 'the cloud gives it none'],
      ['Size', `RSA, ${kek.bits} bits`],
      ['Ends', kek.deadline === null ? 'no deadline given' : utc(kek.deadline)],
    ]),
    {
      kind: 'table',
      caption: 'Read from the media',
      columns: ['File', 'Recognised as', 'Bytes', 'SHA-256'],
      rows: kek.files.map((file) => [file.name, file.as, String(file.bytes), beginningOf(file.sha256)]),
    },
    ...noticeFacts(kek.notices),
  ];
}

/** Some online desks have tools for the thumbprint only; it is another hash of the very same two numbers. */
function thumbprintOf({ key, spki }: KekRecord): string {
  const refuse = refuser('LOG-HOLDS-A-CEREMONY', `The wrapping key for ${key}`);
  const found = readSpki(hexToBytes(spki), refuse);
  return found.kind === 'rsa' ? rsaThumbprint(found.modulus, found.exponent) : refuse('it is no RSA key');
}

/** One line a key with all that is approved, and below it the names of the wrapping keys, too long for the line. */
function assignments({ plan, keks }: CeremonyState): Fact[] {
  return [
    {
      kind: 'table',
      caption: 'Each key, where it goes, and the wrapping key that protects it',
      columns: ['Key', 'Kind', 'Goes to', 'Named there', 'For', 'KEK SHA-256 begins'],
      rows: plan.keys.map((key) => [
        key.id,
        key.spec,
        ...placeNameAndUses(key),
        beginningOf(keks.get(key.id)?.spkiSha256 ?? ''),
      ]),
    },
    {
      kind: 'table',
      caption: 'Name of each wrapping key in the cloud',
      columns: ['Key', 'Wrapping key'],
      rows: plan.keys.map((key) => [key.id, keks.get(key.id)?.id ?? 'unnamed']),
    },
  ];
}

/** The first 8 bytes: enough to recognise a hash that was compared whole before. */
function beginningOf(sha256: string): string {
  return hexGroups(sha256).slice(0, 4).join(' ');
}

function madeKeys(state: CeremonyState): Fact[] {
  return state.plan.keys.flatMap((key) => {
    const target = state.targets.get(key.id);
    if (target === undefined) return [];
    const checks = target.keyCheckValues.map((value) => ['Check value', formatKcv(value)] as const);
    return [
      values(`${key.id}: ${key.spec}`, [['CKA_ID', target.ckaId], ...checks], true),
      ...(target.publicKeySha256 === null
        ? []
        : [fingerprint(`${key.id}: SHA-256 of the public key`, target.publicKeySha256)]),
      {
        kind: 'table' as const,
        caption: `${key.id}: attributes, asked for and read back`,
        columns: ['Attribute', 'Asked for', 'Read back'],
        rows: target.attributes.map(({ name, asked, found }) => [name, asked, found]),
      },
    ];
  });
}

function wrappedKeys(state: CeremonyState): Fact[] {
  const rows = state.plan.keys.flatMap((key) =>
    (state.wrapped.get(key.id)?.parts ?? []).map((part) => [
      key.id,
      part.name,
      `${part.bytes} bytes, shape right`,
      hexGroups(part.sha256).slice(0, 8).join(' '),
    ]),
  );
  return [{ kind: 'table', caption: 'Wrapped keys', columns: ['Key', 'Part', 'Size', 'SHA-256 begins'], rows }];
}

function writtenSoFar({ copies }: CeremonyState): Fact[] {
  if (copies.length === 0) return [];
  const rows = copies.map((copy) => [String(copy.copy), copy.folder, `${copy.files.length} files, read back equal`]);
  return [{ kind: 'table', caption: 'Copies written', columns: ['Copy', 'Folder', 'State'], rows }];
}

function bundle(state: CeremonyState): Fact[] {
  const [first] = state.copies;
  if (first === undefined) return [];
  return [
    fingerprint('SHA-256 of MANIFEST.json', first.manifestSha256),
    ...writtenSoFar(state),
    {
      kind: 'table',
      caption: 'Files of the bundle',
      columns: ['File', 'Bytes', 'SHA-256 begins'],
      rows: first.files.map((file) => [file.path, String(file.bytes), beginningOf(file.sha256)]),
    },
  ];
}
