import { initialsOf } from '../../app/ceremony/initials.ts';
import type { HostHandlers, StepInput } from '../../app/contract/calls.ts';
import type { StepView } from '../../app/contract/view.ts';

type Confirmation = Parameters<HostHandlers['ceremony.confirmStep']>[0];

/** What the scripted people bring along: the PIN and the passphrases they will type, and the media they will choose. */
export interface Script {
  /** A fresh copy each time, since whoever receives a PIN overwrites it. */
  readonly pin: () => Uint8Array<ArrayBuffer>;
  /** A fresh copy of the passphrase of this person. */
  readonly passphrase: (person: string) => Uint8Array<ArrayBuffer>;
  readonly choose: (direction: 'inbound' | 'outbound', count: number) => Promise<string[]>;
}

/** The calls through which scripted people act, the same as those of the window. */
export type Hands = Pick<HostHandlers, 'ceremony.confirmStep' | 'people.register' | 'people.approve'>;

/**
 * Does what a step asks, like people who find nothing to object to. What only a person may decide they do not decide:
 * the rules refuse it.
 * @param step - the step on the screen
 * @param script - see {@link Script}
 * @param hands - see {@link Hands}
 */
export async function playStep(step: StepView, script: Script, hands: Hands): Promise<void> {
  for (const { id } of step.asks.keys.filter(({ isDone }) => !isDone)) {
    await hands['people.register']({
      person: id,
      passphrase: script.passphrase(id),
      again: script.passphrase(id),
    });
  }
  const input = await inputOf(step, script);
  const confirmedBy = step.sensitive ? enough(step) : everybody(step);
  for (const person of step.sensitive ? confirmedBy : []) {
    await hands['people.approve']({ step: step.id, input, person, passphrase: script.passphrase(person) });
  }
  const confirmation: Confirmation = { step: step.id, ticks: step.ticks.map(({ id }) => id), confirmedBy, input };
  await hands['ceremony.confirmStep'](confirmation);
}

function everybody({ confirmers }: StepView): string[] {
  return [...new Set(confirmers.flatMap(({ people }) => people.map(({ id }) => id)))];
}

/** Exactly as many as the plan asks for: a rehearsal shows that the quorum is enough, not that everybody is. */
function enough(step: StepView): string[] {
  const asked = step.confirmers.flatMap(({ needed, people }) => people.slice(0, needed).map(({ id }) => id));
  const others = everybody(step).filter((id) => !asked.includes(id));
  const chosen = new Set(asked);
  for (const id of others) if (chosen.size < step.distinctPeople) chosen.add(id);
  return [...chosen];
}

async function inputOf(step: StepView, script: Script): Promise<StepInput> {
  switch (step.kind) {
    case 'confirm':
    case 'register-keys':
      return { kind: 'none' };
    case 'name-people':
      return { kind: 'people', people: peopleFor(step.asks.seats) };
    case 'choose-pin':
    case 'enter-pin':
      return { kind: 'pin', pin: script.pin(), by: typist(step), finalTryAccepted: false };
    case 'choose-inbound':
      return { kind: 'media', media: await script.choose('inbound', 1) };
    case 'choose-outbound':
      return { kind: 'media', media: await script.choose('outbound', step.asks.folders) };
    case 'type-key-ids':
      return { kind: 'key-ids', keyIds: step.asks.keyIds };
  }
}

function peopleFor(seats: StepView['asks']['seats']): Extract<StepInput, { kind: 'people' }>['people'] {
  const names = seats.map((role, seat) => `Scripted ${role} ${seat + 1}`);
  const initials = initialsOf(names);
  return seats.map((role, seat) => ({
    name: names[seat] ?? '',
    organisation: 'Rehearsal',
    roles: [role],
    initials: initials[seat] ?? '',
    identifiedBy: 'nobody: scripted',
  }));
}

/** Whoever acts at the step types the PIN. */
function typist({ acts, confirmers, asks }: StepView): string {
  const holders = confirmers.find(({ role }) => role === acts.role)?.people ?? asks.pin?.people ?? [];
  return holders[0]?.id ?? '';
}
