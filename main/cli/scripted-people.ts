import type { HostHandlers, StepInput } from '../../app/contract/calls.ts';
import type { StepView } from '../../app/contract/view.ts';

type Confirmation = Parameters<HostHandlers['ceremony.confirmStep']>[0];

/** What the scripted people bring along: the PIN they will type, and the media they will choose. */
export interface Script {
  /** A fresh copy each time, since whoever receives a PIN overwrites it. */
  readonly pin: () => Uint8Array<ArrayBuffer>;
  readonly choose: (direction: 'inbound' | 'outbound', count: number) => Promise<string[]>;
}

/**
 * Does what a step asks, like people who find nothing to object to. What only a person may decide they do not decide:
 * the rules refuse it.
 * @param step - the step on the screen
 * @param script - see {@link Script}
 * @returns what the window would send
 */
export async function playStep(step: StepView, script: Script): Promise<Confirmation> {
  const everybody = new Set(step.confirmers.flatMap(({ people }) => people.map(({ id }) => id)));
  return {
    step: step.id,
    ticks: step.ticks.map(({ id }) => id),
    confirmedBy: [...everybody],
    input: await inputOf(step, script),
  };
}

async function inputOf(step: StepView, script: Script): Promise<StepInput> {
  switch (step.kind) {
    case 'confirm':
      return { kind: 'none' };
    case 'name-people':
      return {
        kind: 'people',
        people: step.asks.seats.map((role, seat) => ({
          name: `Scripted ${role} ${seat + 1}`,
          organisation: 'Rehearsal',
          roles: [role],
        })),
      };
    case 'choose-pin':
    case 'enter-pin':
      return { kind: 'pin', pin: script.pin() };
    case 'choose-inbound':
      return { kind: 'media', media: await script.choose('inbound', 1) };
    case 'choose-outbound':
      return { kind: 'media', media: await script.choose('outbound', step.asks.folders) };
    case 'type-key-ids':
      return { kind: 'key-ids', keyIds: step.asks.keyIds };
  }
}
