import type { HostHandlers, StepInput } from '../app/contract/calls.ts';
import type { CeremonyView } from '../app/contract/view.ts';
import type { LoggedInput } from '../app/ceremony/events.ts';
import type { Runner } from './ceremony/runner.ts';
import { overwriting } from './overwriting.ts';

/** What the people's calls need of the ceremony that is open. */
export interface PeopleDeskPorts {
  /** Throws Refused when no ceremony is open. */
  readonly runner: () => Runner;
  readonly view: () => CeremonyView;
  readonly logged: (input: StepInput) => LoggedInput;
}

type PeopleCalls = Pick<HostHandlers, Extract<keyof HostHandlers, `people.${string}`>>;

/**
 * The handlers of what people do besides confirming steps. Secrets are overwritten when a call is answered.
 * @param ports - see {@link PeopleDeskPorts}
 */
export function peopleHandlers({ runner, view, logged }: PeopleDeskPorts): PeopleCalls {
  const acts = (): Runner['people'] => runner().people;
  const signed = (given: object, act: () => Promise<void>): Promise<CeremonyView> =>
    overwriting(given, async () => {
      await act();
      return view();
    });
  return {
    'people.register': (given) => signed(given, async () => acts().register(given)),
    'people.approve': (given) =>
      signed(given, async () => {
        const { step, input, person, passphrase } = given;
        await acts().approve(step, logged(input), { person, passphrase });
      }),
    'people.ask': ({ step, input }) => signed(input, async () => acts().ask(step, logged(input))),
    'people.openException': async (told) => {
      acts().openException(told);
      return view();
    },
    'people.approveException': (given) =>
      signed(given, async () => {
        const { person, passphrase, ...closing } = given;
        await acts().approveException(closing, { person, passphrase });
      }),
    'people.closeException': async ({ confirmedBy, ...closing }) => {
      acts().closeException(closing, confirmedBy);
      return view();
    },
    'people.startBreak': async ({ reason, by }) => {
      await runner().startBreak(reason, by);
      return view();
    },
    'people.return': (given) => signed(given, async () => acts().comeBack(given)),
    'people.markAbsent': async ({ person, reason }) => {
      acts().markAbsent(person, reason);
      return view();
    },
    'people.record': async ({ record }) => {
      acts().record(record);
      return view();
    },
    'people.addPinPart': (given) =>
      overwriting(given, async () => ({
        held: await runner().pinParts.add(given.step, given.person, given.part),
      })),
    'people.clearPin': async ({ step }) => ({ held: await runner().pinParts.clear(step) }),
  };
}
