import { phases } from '../../app/ceremony/step.ts';
import type { CeremonyView, StepView } from '../../app/contract/view.ts';

/** Kim, a custodian, and Sam may type the PIN; the token says nothing of it. */
export const pinAsked: NonNullable<StepView['asks']['pin']> = {
  pad: false,
  warning: null,
  isFinalTry: false,
  people: [
    { id: 'p3', name: 'Kim', initials: 'KO' },
    { id: 'p4', name: 'Sam', initials: 'SR' },
  ],
};

/** A view with nothing in it but its place: how long the log is, and which step is on screen. */
export function viewAt({ size, step = 'token.log-in' }: { size: number; step?: string }): CeremonyView {
  return {
    ceremony: 'rehearsal-1',
    title: 'Payroll root key to Azure',
    mode: 'rehearsal',
    journey: phases.map(({ id, title }, index) => ({ id, number: index + 1, title, status: 'to-come', steps: [] })),
    step: {
      id: step,
      number: '3.2',
      title: 'Log in',
      key: null,
      kind: 'enter-pin',
      acts: { role: 'custodian', names: [] },
      says: [],
      facts: [],
      ticks: [],
      confirmers: [],
      distinctPeople: 0,
      sensitive: false,
      action: 'Log in',
      asks: { seats: [], folders: 0, keyIds: [], typing: null, keys: [], pin: pinAsked },
      next: null,
    },
    room: { people: [], token: null, airGap: 'closed', log: { size, head: 'e5'.repeat(32) }, deadline: null },
    work: null,
    refusal: null,
    approval: null,
    exceptions: [],
    closing: null,
    onBreak: null,
    mayBreak: false,
    custody: { bags: [], lines: [] },
    outcome: 'open',
    reopen: null,
    isUnsettled: false,
    stopped: null,
    copies: [],
    manifestSha256: null,
    carried: { keys: 1, of: 1 },
    leftOut: [],
    keysInToken: [],
    isClosed: false,
  };
}
