import { countOf } from '../ceremony/byok-export/draft.ts';
import type { Plan } from '../ceremony/plan.ts';
import { roles, type Role } from '../ceremony/roles.ts';
import { phases, type PhaseId, type Step } from '../ceremony/step.ts';
import { form, toTick, type Block } from './document.ts';
import { roleTitle, seatsOf } from './script-words.ts';

const duties: Readonly<Record<Role, string>> = {
  administrator: 'Leads the ceremony, reads the plan and opens each part of it.',
  operator: 'Has the hands: keyboard, token and media.',
  custodian: 'Holds what opens the token, and decides with the others at sensitive steps.',
  witness: 'Compares what is read aloud, and says stop at the first difference.',
  auditor: 'Observes, and answers to nobody who takes part.',
};

/**
 * Part A: which roles there are, what each does in which phase, and a table for the people of the day.
 * @param plan - for the seats and the roles that nobody combines
 * @param steps - of the ceremony, for who does what
 */
export function rolesAndPeople(plan: Plan, steps: readonly Step[]): Block[] {
  const filled = roles.filter((role) => plan.roles[role] > 0);
  return [
    {
      kind: 'table',
      caption: 'Roles',
      columns: [{ heading: 'Role' }, { heading: 'Seats' }, { heading: 'At sensitive steps' }, { heading: 'Duty' }],
      rows: filled.map((role) => [
        roleTitle(role),
        String(plan.roles[role]),
        plan.quorum[role] === 0 ? 'not asked' : `${plan.quorum[role]} of ${plan.roles[role]}`,
        duties[role],
      ]),
      isForm: false,
    },
    {
      kind: 'table',
      caption: 'Who does what in which phase',
      columns: ['Phase', ...filled.map(roleTitle)].map((heading) => ({ heading })),
      rows: phases.map(({ id, title }, index) => [
        `${index + 1} ${title}`,
        ...filled.map((role) => dutyIn(id, role, steps)),
      ]),
      isForm: false,
    },
    form(
      'People of the day',
      [
        ['Role', 3],
        ['Name', 6],
        ['Organisation', 5],
        ['Initials', 2],
        ['Identified by', 4],
      ],
      seatsOf(plan).map((seat) => [seat]),
    ),
    ...separation(plan),
    form('Others in the room, who take no part', [['Name', 6], ['Organisation', 5], ['Reason', 5], ['From and until', 4]], [[], [], []]), // prettier-ignore
  ];
}

function dutyIn(phase: PhaseId, role: Role, steps: readonly Step[]): string {
  const own = steps.filter((step) => step.phase === phase);
  const acts = own.filter((step) => step.acts === role).length;
  const confirms = own.filter((step) => (step.confirmers.roles[role] ?? 0) > 0).length;
  const says = [
    ...(acts > 0 ? [`acts at ${countOf(acts, 'step')}`] : []),
    ...(confirms > 0 ? [`confirms ${countOf(confirms, 'step')}`] : []),
  ];
  return says.length === 0 ? 'present' : says.join(', ');
}

/** Only what somebody here could combine: a role that the plan does not fill is nobody's. */
function separation({ separate, roles: seats }: Plan): Block[] {
  const filled = separate.filter((apart) => apart.every((role) => seats[role] > 0));
  if (filled.length === 0) return [];
  return [toTick([`Nobody is both ${filled.map((apart) => apart.join(' and ')).join(', or ')}.`])];
}
