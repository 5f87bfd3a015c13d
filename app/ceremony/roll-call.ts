import { refusal, type Refusal } from '../rules/refusal.ts';
import { isSamePerson } from './identity.ts';
import { roles, type Person } from './roles.ts';
import type { CeremonyState } from './state.ts';

/** Nobody need belong to one; what is named can be read. */
const organisationForm = /^(?!\s)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{0,200}(?<!\s)$/u;
const printableName = /^(?=\S)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,60}(?<=\S)$/u;

/**
 * Checks the list of people against the plan.
 * @param state - the ceremony, for its plan and steps
 * @param people - everybody named at roll call
 * @returns null when the list stands, otherwise the first rule against it
 */
export function checkRollCall(state: CeremonyState, people: readonly Person[]): Refusal | null {
  return (
    checkNames(people) ??
    checkInitials(people) ??
    checkCounts(state, people) ??
    checkSeparation(state, people) ??
    checkTwoPeople(state, people)
  );
}

function checkNames(people: readonly Person[]): Refusal | null {
  const unnamed = people.find((person) => !printableName.test(person.name));
  if (unnamed !== undefined) {
    return refusal('PERSON-NAMED', `The ${unnamed.roles.join(' and ')} has no name of 1 to 60 printable characters.`);
  }
  const unreadable = people.find(({ organisation }) => !organisationForm.test(organisation));
  if (unreadable !== undefined) {
    return refusal('PERSON-NAMED', `The organisation of "${unreadable.name}" is not 0 to 200 printable characters.`);
  }
  const twice = people.find((person, index) => people.slice(0, index).some((other) => isSamePerson(other, person)));
  if (twice !== undefined) return refusal('PERSON-NAMED', `"${twice.name}" is on the list twice.`);
  const sameId = new Set(people.map((person) => person.id)).size !== people.length;
  return sameId ? refusal('PERSON-NAMED', 'Two people have the same number on the list.') : null;
}

/** Capital letters, or letters of a script that has no capitals. */
const initialsForm = /^[\p{Lu}\p{Lo}]{2,4}$/u;
const identifiedForm = /^(?=\S)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,80}(?<=\S)$/u;

/** Initials stand for a person on screen and on paper, so they must be one person's. */
function checkInitials(people: readonly Person[]): Refusal | null {
  const wrong = people.find(({ initials }) => !initialsForm.test(initials));
  if (wrong !== undefined)
    return refusal(
      'PERSON-INITIALLED',
      `"${wrong.name}" has no initials of 2 to 4 letters, in capitals where the script has them.`,
    );
  const twice = people.find((person, at) => people.findIndex(({ initials }) => initials === person.initials) !== at);
  if (twice !== undefined) return refusal('PERSON-INITIALLED', `Two people have the initials ${twice.initials}.`);
  const unknown = people.find(({ identifiedBy }) => !identifiedForm.test(identifiedBy));
  if (unknown === undefined) return null;
  return refusal('PERSON-IDENTIFIED', `It is not said how "${unknown.name}" was identified.`);
}

function checkCounts(state: CeremonyState, people: readonly Person[]): Refusal | null {
  const idle = people.find((person) => person.roles.length === 0);
  if (idle !== undefined) return refusal('ROLE-COUNT-AS-PLANNED', `"${idle.name}" holds no role.`);
  for (const role of roles) {
    const present = people.filter((person) => person.roles.includes(role)).length;
    const planned = state.plan.roles[role];
    if (present !== planned) {
      return refusal('ROLE-COUNT-AS-PLANNED', `The plan wants ${planned} of role ${role}; ${present} are named.`);
    }
  }
  return null;
}

function checkSeparation(state: CeremonyState, people: readonly Person[]): Refusal | null {
  for (const apart of state.plan.separate) {
    const both = people.find((person) => apart.filter((role) => person.roles.includes(role)).length > 1);
    if (both !== undefined) return refusal('ROLES-SEPARATE', `"${both.name}" holds ${both.roles.join(' and ')}.`);
  }
  return null;
}

/** A step that needs two different people could otherwise never be confirmed. */
function checkTwoPeople(state: CeremonyState, people: readonly Person[]): Refusal | null {
  const needed = Math.max(...state.steps.map((step) => step.confirmers.distinctPeople));
  if (people.length >= needed) return null;
  return refusal(
    'ROLE-COUNT-AS-PLANNED',
    `Some step of this plan needs ${needed} different people; ${people.length} are named.`,
  );
}
