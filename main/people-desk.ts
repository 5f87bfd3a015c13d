import type { HostHandlers, StepInput } from '../app/contract/calls.ts';
import type { CeremonyView } from '../app/contract/view.ts';
import type { LoggedInput } from '../app/ceremony/events.ts';
import type { Runner } from './ceremony/runner.ts';

/** What the people's calls need of the ceremony that is open. */
export interface PeopleDeskPorts {
  /** Throws Refused when no ceremony is open. */
  readonly runner: () => Runner;
  readonly view: () => CeremonyView;
  readonly logged: (input: StepInput) => LoggedInput;
}

type PeopleCalls = Pick<HostHandlers, Extract<keyof HostHandlers, `people.${string}`>>;

/**
 * The handlers of what people do besides confirming steps. Secrets are overwritten by whoever gets them last.
 * @param ports - see {@link PeopleDeskPorts}
 */
export function peopleHandlers({ runner, view, logged }: PeopleDeskPorts): PeopleCalls {
  const acts = (): Runner['people'] => runner().people;
  return {
    'people.register': async (given) => {
      await acts().register(given);
      return view();
    },
    'people.approve': async ({ step, input, person, passphrase }) => {
      await acts().approve(step, logged(input), { person, passphrase });
      return view();
    },
    'people.ask': async ({ step, input }) => {
      acts().ask(step, logged(input));
      return view();
    },
    'people.openException': async (told) => {
      acts().openException(told);
      return view();
    },
    'people.approveException': async ({ person, passphrase, ...closing }) => {
      await acts().approveException(closing, { person, passphrase });
      return view();
    },
    'people.closeException': async ({ confirmedBy, ...closing }) => {
      acts().closeException(closing, confirmedBy);
      return view();
    },
    'people.startBreak': async ({ reason, by }) => {
      await runner().startBreak(reason, by);
      return view();
    },
    'people.return': async (given) => {
      await acts().comeBack(given);
      return view();
    },
    'people.markAbsent': async ({ person, reason }) => {
      acts().markAbsent(person, reason);
      return view();
    },
    'people.record': async ({ record }) => {
      acts().record(record);
      return view();
    },
    'people.addPinPart': async ({ step, person, part }) => ({ held: await runner().pinParts.add(step, person, part) }),
    'people.clearPin': async ({ step }) => ({ held: await runner().pinParts.clear(step) }),
  };
}
