import type { HostHandlers } from '../app/contract/calls.ts';
import type { CeremonyView } from '../app/contract/view.ts';
import type { CeremonyState } from '../app/ceremony/state.ts';
import type { Refusal } from '../app/rules/refusal.ts';
import { CeremonyDesk, type CeremonyDeskPorts } from './ceremony-desk.ts';
import { checkRecord } from './check-desk.ts';
import { overwriting } from './overwriting.ts';
import { peopleHandlers } from './people-desk.ts';
import { saveRecord } from './record-desk.ts';

/** What the host leans on: the machine, and the dialogs that only the shell can show. */
export type HostPorts = CeremonyDeskPorts;

/** The ceremony as the outside may use it: one handler per call of the contract, and word of every change. */
export interface Host {
  readonly handlers: HostHandlers;
  onChange(listener: (view: CeremonyView) => void): void;
  /** Resolves when no work is under way. */
  idle(): Promise<void>;
  /** The open ceremony as the log has it; null when none is open. */
  state(): CeremonyState | null;
  /** Takes every copy of the bundle off the media again, for a rehearsal that nobody watches; returns why some stayed. */
  removeCopies(): readonly Refusal[];
  close(): Promise<void>;
}

/**
 * Puts the application together. Knows neither Electron nor a window, so the same host serves the window, the headless
 * rehearsal and the tests.
 * @param ports - see {@link HostPorts}
 */
export function createHost(ports: HostPorts): Host {
  const desk = new CeremonyDesk(ports);
  return {
    handlers: {
      'app.about': async () => desk.about(),
      'plan.sample': async () => desk.plans.readSample(),
      'plan.choose': async () => desk.plans.choosePlan(),
      'plan.check': async ({ document }) => desk.plans.check(document),
      'plan.save': async ({ document }) => desk.plans.save(document),
      'plan.approve': async (input) => desk.plans.approve(input),
      'site.chooseModule': async () => desk.site.chooseModule(),
      ...ceremonyHandlers(desk),
      ...peopleHandlers({
        runner: () => desk.current().runner,
        view: () => desk.shown(),
        logged: (input) => desk.logged(input),
      }),
      'record.save': async () => saveRecord(ports, desk.current()),
      'record.check': async ({ paper }) => checkRecord(ports, paper),
      'media.list': async ({ direction }) => desk.media.list(direction),
      'media.browse': async ({ direction }) => {
        const path = await ports.chooseFolder(direction);
        return path === null ? null : desk.media.add(direction, path);
      },
    },
    onChange: (listener) => desk.listeners.add(listener),
    idle: async () => desk.idle(),
    state: () => desk.state(),
    removeCopies: () => desk.removeCopies(),
    close: async () => {
      await desk.leave();
    },
  };
}

type CeremonyCalls = Pick<HostHandlers, Extract<keyof HostHandlers, `ceremony.${string}`>>;

function ceremonyHandlers(desk: CeremonyDesk): CeremonyCalls {
  return {
    'ceremony.open': async (opening) => desk.begin(opening),
    'ceremony.resume': async ({ ceremony, keep }) => desk.resume(ceremony, keep),
    'ceremony.view': async () => desk.view(),
    'ceremony.confirmStep': ({ input, ...confirmed }) => overwriting(input, async () => desk.confirm(confirmed, input)),
    'ceremony.reopenToken': ({ pin, confirmedBy }) => overwriting(pin, () => desk.reopenToken(pin, confirmedBy)),
    'ceremony.lookAgain': async () => desk.lookAgain(),
    'ceremony.stop': async ({ step, reason }) => desk.stop(step, reason),
    'ceremony.leave': async () => desk.leave(),
  };
}
