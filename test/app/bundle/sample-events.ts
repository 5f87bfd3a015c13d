import { createHash } from 'node:crypto';
import { canonicalBytes, canonicalJson, type JsonValue } from '../../../app/audit/canonical-json.ts';
import type { Kek, WrapPlan, WrappedParts } from '../../../app/byok/format.ts';
import { nonceOf } from '../../../app/byok/ways.ts';
import { applicationInfo } from '../../../main/cli/installation.ts';
import { partNames } from '../../../main/ceremony/workspace.ts';
import { logKeyName, publicKeyOf } from '../../support/keys.ts';
import { approved, confirmed, openCheckpoint, registered, type Event } from './sample-log.ts';

/** The log of a ceremony that went well, event by event, before it is chained and signed. */

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const ceremony = 'rehearsal-2026-11-23-7f3a9c';
const { name, version } = applicationInfo();
/** Name and version as a bundle has its generator. */
export const application = `${name} ${version}`;
export const createdAt = '2026-11-23T14:07:32Z';

/** A key of a plan, and what becomes of it in a ceremony. */
export interface SampleKey {
  readonly id: string;
  readonly kek: Pick<Kek, 'spki' | 'bits' | 'id' | 'deadline' | 'option'>;
  readonly importToken: Uint8Array | null;
  readonly nonce: Uint8Array | null;
  readonly wrap: WrapPlan;
  /** Of the part that holds the target key, where it goes under an ephemeral one. */
  readonly wrappedBytes: number;
  /** DER SubjectPublicKeyInfo of a key pair; null for a secret key. */
  readonly publicKey: Uint8Array | null;
}

/** A ceremony that went well. */
export interface Sample {
  /** As in the plan file. */
  readonly plan: Event & { readonly title: string };
  /** For every key of the plan, in its order. */
  readonly keys: readonly SampleKey[];
}

/** What the token gave out for a key: the right lengths, and bytes of its own for each key. */
export function partsOf({ keys }: Sample, { id, kek, wrap, wrappedBytes }: SampleKey): WrappedParts {
  const index = keys.findIndex((key) => key.id === id);
  const filled = (bytes: number, byte: number): Uint8Array => new Uint8Array(bytes).fill(byte + index);
  const isHybrid = wrap.method === 'rsa-aes';
  return {
    wrappedEphemeral: isHybrid ? filled(kek.bits / 8, 0x50) : null,
    wrappedKey: filled(isHybrid ? wrappedBytes : kek.bits / 8, 0x60),
    sealedNonce: nonceOf(wrap) === null ? null : { iv: filled(12, 0x70), sealed: filled(28, 0x78) },
  };
}

function loggedParts({ wrappedEphemeral, wrappedKey, sealedNonce }: WrappedParts): JsonValue {
  const part = (called: string, bytes: Uint8Array | undefined | null): JsonValue[] =>
    bytes === undefined || bytes === null ? [] : [{ name: called, sha256: sha256(bytes), bytes: bytes.length }];
  return [
    ...part(partNames.ephemeral, wrappedEphemeral),
    ...part(partNames.key, wrappedKey),
    ...part(partNames.iv, sealedNonce?.iv),
    ...part(partNames.nonce, sealedNonce?.sealed),
  ];
}

const people = [
  { id: 'p1', name: 'Ada', organisation: '', roles: ['operator'], initials: 'AL', identifiedBy: 'passport' },
  { id: 'p2', name: 'Kim', organisation: '', roles: ['witness'], initials: 'KI', identifiedBy: 'passport' },
];

const everybody = people.map(({ id }) => id);

const workstation = { application, electron: '43.2.0', node: '24.18.0', platform: 'Linux', host: 'room', interfaces: [] }; // prettier-ignore
const credential = { kind: 'credential', how: 'one', by: ['p1'], finalTryAccepted: false };
const pin = { initialised: true, protectedPath: false, countLow: false, finalTry: false, locked: false };
const identity = {
  serial: 'abc123',
  label: 'rehearsal',
  manufacturer: 'SoftHSM',
  model: 'v2',
  firmware: '2.6',
  hardware: '2.6',
  moduleSha256: '0'.repeat(64),
  moduleDescription: 'soft',
  cryptoki: '2.40',
};

type Work = (step: string, named: Event, outcome: Event, asked?: Event) => readonly Event[];

/** The events of a ceremony up to the order to write its bundle: those of people and a machine that the engine agrees with. */
export function eventsOf(sample: Sample): Event[] {
  const { plan, keys } = sample;
  let effect = 0;
  /** A piece of work at a step: what names it, what only the outcome has, and what only the request has. */
  const work: Work = (step, named, outcome, asked = {}) => {
    effect += 1;
    return [
      { type: 'effect-requested', effect, step, request: { ...named, ...asked } },
      { type: 'effect-completed', effect, settled: false, outcome: { ...named, ...outcome } },
    ];
  };
  const signed = (step: string): readonly Event[] => work(step, { kind: 'sign-checkpoint' }, openCheckpoint);
  const weak = keys.filter(({ wrap }) => wrap.oaepHash === null).map(({ id }) => id);
  return [
    { type: 'ceremony-opened', ceremony, mode: 'rehearsal', application, tokenSerial: null, siteSha256: null, planApproval: null, planSha256: sha256(canonicalBytes(plan)), plan }, // prettier-ignore
    ...untilWrappingKeys(sample, work),
    ...keys.map(({ id }) => confirmed(`bring-in.compare.${id}`, everybody)),
    ...approved('bring-in.accept'),
    ...signed('bring-in.accept'),
    ...approved('keys.make'),
    ...keys.flatMap(
      ({ id, publicKey }) =>
      work('keys.make', { kind: 'make-key', key: id }, madeOf(id, publicKey), { ckaId: ckaIdOf(id), label: `${ceremony}/${id}` }), // prettier-ignore
    ),
    ...signed('keys.make'),
    confirmed('keys.check', everybody),
    ...(weak.length === 0
      ? []
      : [...approved('wrap.weak', ['p2'], { kind: 'key-ids', keyIds: weak }), ...signed('wrap.weak')]),
    ...approved('wrap.approve'),
    ...signed('wrap.approve'),
    confirmed('wrap.wrap', everybody),
    ...keys.flatMap((key) => wrapOf(sample, key, work)),
    ...signed('wrap.wrap'),
    confirmed('wrap.check', everybody),
    ...approved('take-out.write', ['p2'], { kind: 'folders', folders: ['/media/b'] }),
    { type: 'effect-requested', effect: effect + 1, step: 'take-out.write', request: { kind: 'sign-bundle', createdAt, logSize: null } }, // prettier-ignore
  ];
}

/** Workstation, plan, people, token, and the medium of the online desk. */
function untilWrappingKeys(sample: Sample, work: Work): Event[] {
  const { keys } = sample;
  const notices = [{ rule: 'AIR-GAP-CLOSED', text: 'eth0 is up' }];
  const proofs = keys.map((key) => proofOf(sample, key));
  const isProven = (proof: Event, at: number): boolean => canonicalJson(proofs.slice(0, at)).includes(canonicalJson(proof)); // prettier-ignore
  return [
    confirmed('prepare.workstation', []),
    ...work('prepare.workstation', { kind: 'inspect-workstation' }, { ...workstation, notices }),
    confirmed('prepare.findings', []),
    confirmed('prepare.plan', []),
    confirmed('roll-call.people', [], { kind: 'people', people }),
    ...people.map(({ id }) => registered(id)),
    confirmed('roll-call.present', everybody),
    ...approved('roll-call.start'),
    confirmed('token.identify', ['p1'], credential),
    ...work('token.identify', { kind: 'identify-token' }, { identity, pin }),
    confirmed('token.log-in', everybody, credential),
    ...work('token.log-in', { kind: 'log-in' }, { pin }),
    confirmed('token.probe', ['p1']),
    ...work('token.probe', { kind: 'probe-token' }, { mechanisms: [], proofs: proofs.filter((proof, at) => !isProven(proof, at)), lacking: [] }), // prettier-ignore
    ...work('token.probe', { kind: 'make-log-key' }, { publicKey: publicKeyOf(logKeyName), attributes: [] }),
    ...work('token.probe', { kind: 'sign-checkpoint' }, openCheckpoint),
    confirmed('token.accept', everybody),
    confirmed('bring-in.read', ['p1'], { kind: 'folders', folders: ['/media/a'] }),
    ...work('bring-in.read', { kind: 'read-inbound' }, { keks: keys.map(loggedKek) }, { folder: '/media/a' }),
  ];
}

const loggedKek = ({ id: key, kek, importToken, nonce }: SampleKey): Event => ({
  ...kek,
  key,
  spki: hex(kek.spki),
  spkiSha256: sha256(kek.spki),
  importToken: importToken === null ? null : hex(importToken),
  nonce: nonce === null ? null : hex(nonce),
  files: [],
  notices: [{ rule: 'KEK-EXPONENT-USUAL', text: `${key}: look at e` }],
});

const ckaIdOf = (id: string): string => sha256(`keyferry ${ceremony} ${id}`).slice(0, 32);

const madeOf = (id: string, publicKey: Uint8Array | null): Event => ({
  publicKey: publicKey === null ? null : hex(publicKey),
  publicKeySha256: publicKey === null ? null : sha256(publicKey),
  ckaId: ckaIdOf(id),
  attributes: [],
  keyCheckValues: publicKey === null ? [{ method: 'aes-ecb-zero-block', value: 'DC95C0' }] : [],
});

function proofOf({ plan }: Sample, { id, wrap }: SampleKey): Event {
  const { spec = '' } = (plan['keys'] as readonly Event[]).find((key) => key['id'] === id) ?? {};
  const isHybrid = wrap.method === 'rsa-aes';
  return {
    spec,
    method: wrap.method,
    oaepHash: wrap.oaepHash,
    nonce: nonceOf(wrap),
    performed: isHybrid ? 'composed' : 'single',
    kwpMechanism: isHybrid ? '0x210b' : null,
    payloadBytes: 32,
  };
}

const wrapOf = (sample: Sample, key: SampleKey, work: Work): readonly Event[] =>
  work(
    'wrap.wrap',
    { kind: 'wrap-key', key: key.id },
    { parts: loggedParts(partsOf(sample, key)), proof: proofOf(sample, key) },
  );
