import { hexToBytes } from '../../keys/bytes.ts';
import { hexGroups, sha256Hex } from '../../keys/fingerprint.ts';
import { checkpointLine } from '../../keys/short-form.ts';
import { formatKcv } from '../../keys/kcv.ts';
import { specInWords } from '../../keys/specs.ts';
import type { Fact } from '../../contract/view.ts';
import { carriedKeys, type CeremonyState } from '../state.ts';
import type { Step } from '../step.ts';
import { beginningOf, fingerprint, noticeFacts, values } from './fact-forms.ts';
import { closingFacts, leftBehind } from './closing-facts.ts';
import { approvalFact, doomedKeys, keysOfPlan, planFacts } from './plan-facts.ts';
import { tokenProofs } from './token-proofs.ts';
import { workstationFacts } from './workstation-facts.ts';
import {
  assignments,
  comparedKek,
  keysToApprove,
  keysToWrap,
  partsToWrite,
  weakWraps,
  wrappedKeys,
} from './wrapping-facts.ts';

/**
 * What there is to look at on a step: everything the people confirm is here, and comes from the log.
 * @param state - the ceremony
 * @param step - the step
 * @returns the facts in the order in which they are read
 */
export function factsOf(state: CeremonyState, step: Step): Fact[] {
  const show = factsByStep[step.key === null ? step.id : step.id.slice(0, -step.key.length - 1)];
  return [...(show?.(state, step) ?? []), ...(step.sensitive ? checkpointFacts(state) : [])];
}

/** What a step shows, by its id without a key. Steps that show nothing but their words are not listed. */
const factsByStep: Readonly<Partial<Record<string, (state: CeremonyState, step: Step) => Fact[]>>> = {
  'prepare.findings': workstation,
  'prepare.plan': approvedPlan,
  'roll-call.present': peopleList,
  'roll-call.start': (state) => [...approvedPlan(state), ...peopleList(state)],
  'token.log-in': tokenIdentity,
  'token.accept': (state) => [...tokenProofs(state), ...logKeyFact(state)],
  'bring-in.compare': comparedKek,
  'bring-in.accept': assignments,
  'keys.make': ({ plan, leftOut }) => [keysOfPlan(plan.keys, leftOut)],
  'keys.check': madeKeys,
  'wrap.approve': (state) => [...assignments(state), keysToApprove(state)],
  'wrap.weak': weakWraps,
  'wrap.wrap': keysToWrap,
  'wrap.check': wrappedKeys,
  'take-out.write': (state) => [partsToWrite(state), ...writtenSoFar(state)],
  'take-out.check': bundle,
  'close.destroy': doomedKeys,
  'close.sign-off': closingFacts,
  'abort.inventory': leftBehind,
  'abort.destroy': leftBehind,
  'abort.media': leftBehind,
  'abort.sign-off': (state) => [...leftBehind(state), ...closingFacts(state)],
};

/** Whoever approves cosigns it, so that it must be before them. */
function checkpointFacts({ checkpoint }: CeremonyState): Fact[] {
  if (checkpoint === null) return [];
  const { size, root } = checkpoint;
  return [
    values('The log as the token last signed it', [
      ['Checkpoint, to be read aloud', checkpointLine(checkpoint)],
      ['Entries', `${size}`],
      ['Root', hexGroups(root).join(' ')],
    ]),
  ];
}

function workstation({ workstation: found }: CeremonyState): Fact[] {
  return found === null ? [] : [...workstationFacts(found), ...noticeFacts(found.notices)];
}

function approvedPlan(state: CeremonyState): Fact[] {
  return [...planFacts(state.plan, state.planSha256), approvalFact(state)];
}

/** Made in the token for this ceremony; its fingerprint is what a verifier may trust later. */
function logKeyFact({ logKey }: CeremonyState): Fact[] {
  return logKey === null ? [] : [fingerprint('Key that signs the log', sha256Hex(hexToBytes(logKey)))];
}

function peopleList({ people }: CeremonyState): Fact[] {
  const rows = people.map((person) => [
    person.name,
    person.organisation === '' ? 'none named' : person.organisation,
    person.roles.join(', '),
    person.initials,
    person.identifiedBy,
  ]);
  const columns = ['Name', 'Organisation', 'Role', 'Initials', 'Identified by'];
  return [{ kind: 'table', caption: 'People of this ceremony', columns, rows }];
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

function madeKeys(state: CeremonyState): Fact[] {
  return carriedKeys(state).flatMap((key) => {
    const target = state.targets.get(key.id);
    if (target === undefined) return [];
    const checks = target.keyCheckValues.map((value) => ['Check value', formatKcv(value)] as const);
    return [
      values(`${key.id}: ${specInWords(key.spec)}`, [['CKA_ID', target.ckaId], ...checks], true),
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
