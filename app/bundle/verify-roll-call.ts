import * as v from 'valibot';
import { refuse } from '../rules/refusal.ts';
import type { ToldPerson } from './told-work.ts';
import { holds, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-ROLL-CALL-AS-PLANNED';

const text = v.string();
const texts = v.array(text);

/** The roles that there are, and which of them nobody combines when the plan says nothing: the verifier's own record of it. */
const roles = ['administrator', 'operator', 'custodian', 'witness', 'auditor'] as const;
const separateUnsaid: readonly (readonly string[])[] = ['witness', 'auditor'].flatMap((alone) =>
  roles.filter((other) => other !== alone).map((other) => [alone, other]),
);

const planSchema = v.object({
  roles: v.record(text, v.number()),
  separate: v.optional(v.array(texts)),
});

type Plan = v.InferOutput<typeof planSchema>;

/**
 * Whether the people named at roll call are those whom the plan seats: each told apart from every other by id, initials and
 * name, identified in words, as many of each role as the plan says, and none in roles that it keeps apart.
 * @throws Refused with BUNDLE-ROLL-CALL-AS-PLANNED
 */
export function checkNamed({ entries }: Readings): Finding {
  const opened = v.safeParse(v.object({ plan: planSchema }), entries[0]?.event);
  if (!opened.success) return refuse(rule, 'The log holds no plan with roles.');
  let people: readonly ToldPerson[] = [];
  let namings = 0;
  // A later list would be the one that everything else goes by, so each of them must stand.
  for (const { event } of entries) {
    if (event.type !== 'step-confirmed' || event.input.kind !== 'people') continue;
    if (event.step !== 'roll-call.people') refuse(rule, `People were named at ${event.step}.`);
    ({ people } = event.input);
    namings += 1;
    checkPeople(people, opened.output.plan);
  }
  if (namings === 0) refuse(rule, 'The log does not tell who was named at roll call.');
  return holds(people.map((person) => `${person.initials} (${person.roles.join(', ')})`).join(', '));
}

function checkPeople(people: readonly ToldPerson[], plan: Plan): void {
  people.forEach(checkPerson);
  people.forEach((one, at) => {
    people.slice(at + 1).forEach((other) => {
      checkApart(one, other);
    });
  });
  checkCounts(people, plan);
  checkSeparation(people, plan);
}

const printable = (limit: number): RegExp =>
  new RegExp(`^(?=\\S)[^\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]{1,${limit}}(?<=\\S)$`, 'u');
const nameForm = printable(60);
const identifiedForm = printable(80);
/** Capital letters, or letters of a script that has no capitals. */
const initialsForm = /^[\p{Lu}\p{Lo}]{2,4}$/u;

function checkPerson({ id, name, initials, identifiedBy }: ToldPerson): void {
  if (!nameForm.test(name)) refuse(rule, `${id} has no name that can be read.`);
  if (!initialsForm.test(initials)) refuse(rule, `${id} has no initials of 2 to 4 letters.`);
  if (!identifiedForm.test(identifiedBy)) refuse(rule, `It is not said how ${id} was identified.`);
}

function checkApart(one: ToldPerson, other: ToldPerson): void {
  if (one.id === other.id) refuse(rule, `Two people have the id ${one.id}.`);
  if (one.initials === other.initials) refuse(rule, `${one.id} and ${other.id} have the initials ${one.initials}.`);
  if (lettersOf(one.name) !== lettersOf(other.name)) return;
  const employers = [one, other].map(({ organisation }) => lettersOf(organisation));
  const papers = [one, other].map(({ identifiedBy }) => lettersOf(identifiedBy));
  // An organisation alone is typed too easily, and one person can show two documents.
  if (employers.includes('') || new Set(employers).size < 2 || new Set(papers).size < 2) {
    refuse(rule, `${one.id} and ${other.id} have one name, and nothing else shows that they are two people.`);
  }
}

/** Accents, and what nobody sees. */
const marks = /[\p{M}\p{Default_Ignorable_Code_Point}]/gu;

/** What spellings of one name have in common: letters and digits, whatever their case, width, accents and what stands between. */
function lettersOf(words: string): string {
  const bare = (spelling: string): string => spelling.normalize('NFKD').replaceAll(marks, '');
  // Small letters first: the capital ß has no two.
  return (bare(bare(words).toLowerCase().toUpperCase()).match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');
}

function checkCounts(people: readonly ToldPerson[], plan: Plan): void {
  const known: ReadonlySet<string> = new Set(roles);
  for (const person of people) {
    const strange = person.roles.find((role, at) => !known.has(role) || person.roles.indexOf(role) !== at);
    if (strange !== undefined || person.roles.length === 0) {
      refuse(rule, `${person.id} holds ${strange === undefined ? 'no role' : `${strange} twice, or it is no role`}.`);
    }
  }
  for (const role of roles) {
    const planned = Object.entries(plan.roles).find(([name]) => name === role)?.[1] ?? 0;
    const named = people.filter((person) => person.roles.includes(role)).length;
    if (named !== planned) refuse(rule, `The plan seats ${planned} of role ${role}; ${named} were named.`);
  }
  const seats = Object.values(plan.roles).reduce((sum, count) => sum + count, 0);
  // Somebody compares what somebody else reads out.
  if (people.length < Math.min(2, seats)) refuse(rule, 'One person was named alone for a plan that seats two.');
}

function checkSeparation(people: readonly ToldPerson[], { separate }: Plan): void {
  const lists: readonly (readonly string[])[] = separate ?? separateUnsaid;
  for (const person of people) {
    const both = lists.find((apart) => apart.filter((role) => person.roles.includes(role)).length > 1);
    if (both !== undefined) refuse(rule, `${person.id} holds roles that the plan keeps apart: ${both.join(', ')}.`);
  }
}
