import type { Notice } from '../byok/format.ts';
import { castOf, countOf, quorumOf } from '../ceremony/byok-export/draft.ts';
import type { Plan } from '../ceremony/plan.ts';
import { phases, type Step } from '../ceremony/step.ts';
import { roles, type RoleCounts } from '../ceremony/roles.ts';
import { refuse } from '../rules/refusal.ts';
import { planParts, type PartOfPlan, type PlanPart } from './parts.ts';
import { stepsOf } from './steps.ts';

type Said = Omit<PartOfPlan, 'part'>;

/**
 * Looks whether a plan has the eight parts that a ceremony's script holds.
 * @param plan - a parsed plan
 * @returns all eight in the order of the list, each with what the plan says of it
 */
export function lintPlan(plan: Plan): readonly PartOfPlan[] {
  const steps = stepsOf(plan);
  const parts: Readonly<Record<PlanPart, Said>> = {
    roles: rolesOf(plan),
    approval: approvalOf(plan),
    hardware: hardwareOf(plan),
    steps: stepsPart(steps),
    physical: physicalOf(plan),
    storage: storageOf(plan),
    'sign-off': signOffOf(plan),
    deviations: deviationsOf(plan),
  };
  return planParts.map((part) => ({ part, ...parts[part] }));
}

/** The empty parts as notices: what the people read before a plan begins that was made elsewhere. */
export function noticesOfParts(parts: readonly PartOfPlan[]): readonly Notice[] {
  return parts
    .filter(({ isEmpty }) => isEmpty)
    .map(({ title, said }) => ({ rule: 'PLAN-PARTS-COMPLETE', text: `${title}: ${said}` }));
}

/**
 * Lets a plan pass that has all eight parts.
 * @param plan - about to be saved
 * @throws Refused with PLAN-PARTS-COMPLETE, naming each empty part
 */
export function checkParts(plan: Plan): void {
  const empty = lintPlan(plan).filter(({ isEmpty }) => isEmpty);
  const [first] = empty;
  if (first === undefined) return;
  const cause = empty.map(({ title, said }) => `${title}: ${said}`).join(' ');
  refuse('PLAN-PARTS-COMPLETE', cause, empty.length === 1 ? { remedy: first.remedy } : {});
}

function rolesOf({ roles: counts, quorum }: Plan): Said {
  const isEmpty = seatsOf(counts) < 2;
  return {
    title: 'Roles',
    isEmpty,
    said: isEmpty
      ? 'Fewer than two people are planned.'
      : `${inWords(counts)}. Sensitive steps need ${inWords(quorum)}.`,
    remedy: 'Plan two people or more; a comparison by one is none.',
  };
}

function approvalOf({ purpose }: Plan): Said {
  const isEmpty = purpose.trim() === '';
  return {
    title: 'Approval to hold it',
    isEmpty,
    said: isEmpty ? 'No purpose is stated that somebody could approve.' : `It is held for: ${purpose.trim()}`,
    remedy: 'State the purpose: the change, the ticket or the decision that asks for this ceremony.',
  };
}

/** Whoever works with the token must not also hold what opens it. */
function hardwareOf(plan: Plan): Said {
  const { hands, keyHolder } = castOf(plan);
  const isEmpty = plan.roles.custodian === 0;
  return {
    title: 'Hardware and activation material',
    isEmpty,
    said: isEmpty
      ? `No custodian is planned, so the ${hands} would hold the credential of the HSM as well as work with it.`
      : `The HSM, found by its serial number. Its credential is held by ${countOf(plan.roles.custodian, keyHolder)}.`,
    remedy: 'Plan a custodian who holds the PIN, the cards or the sticks of the HSM.',
  };
}

function stepsPart(steps: readonly Step[]): Said {
  const isEmpty = steps.every(({ key }) => key === null);
  const sensitive = steps.filter((step) => step.sensitive).length;
  return {
    title: 'Steps',
    isEmpty,
    said: isEmpty
      ? 'No step carries a key.'
      : `${countOf(steps.length, 'step')} in ${phases.length} phases; ${sensitive} of them need the quorum.`,
    remedy: 'Plan a key.',
  };
}

function physicalOf({ roles: counts, keys, copies }: Plan): Said {
  const isEmpty = copies < 1 || keys.length < 1;
  const fingerprints = countOf(keys.length, 'fingerprint');
  return {
    title: 'Physical needs',
    isEmpty,
    said: isEmpty
      ? 'No medium leaves the room.'
      : `A room without a network for ${countOf(seatsOf(counts), 'person', 'people')}, media A with ${countOf(keys.length, 'folder')}, ${countOf(copies, 'medium', 'media')} B, and a second channel to the online desk for ${fingerprints}.`,
    remedy: 'Plan a key and at least one copy.',
  };
}

function storageOf({ keys, copies }: Plan): Said {
  const destroyed = keys.filter(({ after }) => after === 'destroy').length;
  const isEmpty = keys.length < 1;
  const fates = [
    ...(destroyed > 0 ? [`${countOf(destroyed, 'key')} destroyed in the HSM`] : []),
    ...(keys.length > destroyed ? [`${countOf(keys.length - destroyed, 'key')} kept in the HSM`] : []),
  ];
  return {
    title: 'Storage afterwards',
    isEmpty,
    said: isEmpty
      ? 'No key is planned whose storage could be stated.'
      : `${fates.join(', ')}; ${countOf(copies, 'copy', 'copies')} of the bundle, each sealed in a bag.`,
    remedy: 'Say of each key whether it is destroyed or kept.',
  };
}

/** Those who did it sign, and somebody who only watched. */
function signOffOf({ roles: { administrator, witness, auditor } }: Plan): Said {
  const lacking = [
    ...(administrator === 0 ? ['no administrator who leads and signs'] : []),
    ...(witness + auditor === 0 ? ['neither a witness nor an auditor who watches and signs'] : []),
  ];
  const watchers = [
    ...(witness > 0 ? [countOf(witness, 'witness', 'witnesses')] : []),
    ...(auditor > 0 ? [countOf(auditor, 'auditor')] : []),
  ];
  const isEmpty = lacking.length > 0;
  return {
    title: 'Sign-off of participants and witnesses',
    isEmpty,
    said: isEmpty
      ? `The plan has ${lacking.join(', and ')}.`
      : `Everybody signs off at the end, with ${watchers.join(' and ')} who took no part in the work.`,
    remedy: 'Plan an administrator, and a witness or an auditor.',
  };
}

/** One person alone would decide what nobody planned. */
function deviationsOf(plan: Plan): Said {
  const isEmpty = seatsOf(plan.quorum) < 2;
  const { roles: deciding } = quorumOf(plan);
  return {
    title: 'Deviations noted',
    isEmpty,
    said: isEmpty
      ? 'The quorum is one person, who would decide alone on whatever goes otherwise than planned.'
      : `Whatever goes otherwise than planned is written into the log with its reason, and decided by ${inWords(deciding)}.`,
    remedy: 'Ask for two people or more in the quorum.',
  };
}

function seatsOf(counts: RoleCounts): number {
  return roles.reduce((sum, role) => sum + counts[role], 0);
}

/** `1 administrator, 3 custodians`. */
function inWords(counts: Partial<RoleCounts>): string {
  return roles
    .filter((role) => (counts[role] ?? 0) > 0)
    .map((role) => countOf(counts[role] ?? 0, role, role === 'witness' ? 'witnesses' : `${role}s`))
    .join(', ');
}
