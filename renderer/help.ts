import type { PhaseId } from '../app/ceremony/step.ts';
import type { StepView } from '../app/contract/view.ts';
import type { Wanted } from './state/wanted.ts';

/** What a phase is for, in words for somebody who sees a ceremony for the first time. */
export const phaseHelp: Readonly<Record<PhaseId, string>> = {
  prepare: 'The people make sure of the computer, the clock, the air gap and the plan before anything begins.',
  'roll-call': 'Everybody is named with the role they hold. From then on only these people confirm steps.',
  token: 'The HSM is found by its serial number, opened with its PIN, and tested with keys that are thrown away.',
  'bring-in': 'Wrapping keys come in on media A; two people compare each fingerprint with the online desk.',
  keys: 'The target keys are made in the token, or found there, and every attribute is read back.',
  wrap: 'After the people approve, the token encrypts each target key so that only the chosen cloud can open it.',
  'take-out': 'The wrapped keys and their papers are written to media B, read back, compared, and sealed in a bag.',
  close: 'Keys that must not stay are destroyed, the token is logged out, and everybody signs off.',
};

/** Why a phase takes the trouble it does, where its purpose does not say so. */
export const phaseReason: Readonly<Partial<Record<PhaseId, string>>> = {
  'bring-in':
    'A wrapping key that was swapped on its way would hand our keys to a stranger, and nobody would notice until too late. That is why the fingerprint is read aloud over a second channel.',
  wrap: 'The throw-away keys prove hash, padding and encoding on this token, today, before a real key leaves it.',
  'take-out': 'Media fail in silence. Only what was read back and compared counts as written.',
};

/** How a step of each kind is done. */
export const kindHelp: Readonly<Record<StepView['kind'], string>> = {
  confirm:
    'Read the words aloud, look at what is shown, tick each check once it holds, and have the people named here confirm.',
  'name-people':
    'Fill in one line for each seat of the plan. Somebody who holds two roles is written twice, with the same name and organisation.',
  'choose-pin':
    'Type a new PIN twice. Keyferry shows only its length, keeps it nowhere, and asks for it again when the token is opened.',
  'enter-pin':
    'The person named types the PIN while nobody else looks at the keyboard. Most tokens lock after a few wrong PINs.',
  'choose-inbound': 'Connect the media from the online desk and choose it. Keyferry reads it and never writes to it.',
  'choose-outbound': 'Connect and choose the media that will leave the room. Existing files are never overwritten.',
  'type-key-ids':
    'Read the warning, and type each key’s id exactly as it is shown: a tick is made by habit, a name is not. A weak wrap can be declined instead; the ceremony may go on without that key.',
};

/** What is done when something comes before the step itself. */
export const wantedHelp: Readonly<Partial<Record<Wanted, string>>> = {
  'reopen-token':
    'The token is opened as it was the first time: the same people confirm, and its PIN is typed while nobody else looks.',
  'look-again':
    'Keyferry asks the token, or reads the media, to see whether the interrupted work was done. It repeats nothing by itself.',
};

/** What the people can do when the work for one key was refused. */
export const leaveOutHelp =
  'Something stands against one key. Try again once the cause is gone. If it cannot be mended here, the quorum of the plan may go on without this key and say why.';

/** The keys that work on every screen. */
export const keyHelp: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['Enter'], does: 'does what the button at the lower right says' },
  { keys: ['Tab'], does: 'goes to the next field or button' },
  { keys: ['Space'], does: 'ticks a check, confirms for a person, chooses a medium' },
  { keys: ['Esc'], does: 'closes what lies on top' },
  { keys: ['F1'], does: 'explains the step on screen' },
  { keys: ['Ctrl', '+'], does: 'makes everything larger; Ctrl − smaller, Ctrl 0 as before' },
];
