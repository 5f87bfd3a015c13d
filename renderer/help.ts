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
    'Fill in each seat of the plan: who it is, and which document or person identified them. Keyferry proposes initials, which stand for a person from now on; change them where two are alike. Somebody who holds two roles is written twice, with the same name. Two people of one name are told apart by organisation and document: write both for each.',
  'register-keys':
    'One after the other, each person says that the keyboard is theirs and types a passphrase twice, while the others look away. It seals a key with which they sign what they approve. Keyferry keeps neither the passphrase nor, after the ceremony, the key: a passphrase that is forgotten cannot be found again.',
  'choose-pin':
    'Type a new PIN twice, or have several people type a part of it each. Keyferry shows only its length, keeps it nowhere, and asks for it again when the token is opened.',
  'enter-pin':
    'Say who types the PIN; nobody else looks at the keyboard. In parts, each person types the part that only they know, in the order in which the PIN was chosen. Most tokens lock after a few wrong PINs.',
  'choose-inbound': 'Connect the media from the online desk and choose it. Keyferry reads it and never writes to it.',
  'choose-outbound': 'Connect and choose the media that will leave the room. Existing files are never overwritten.',
  'type-key-ids':
    'Read the warning, and type each key’s id exactly as it is shown: a tick is made by habit, a name is not. A weak wrap can be declined instead; the ceremony may go on without that key.',
};

/** How the people put their names to a step. */
export const namesHelp = {
  initials: 'Whoever confirms writes their own initials beside their name: two or more people say that they saw it.',
  approval:
    'Whoever approves signs exactly what is on the screen with the key of the roll call: choose your name, type your passphrase, and press Enter. Whatever is changed afterwards makes the approvals void.',
} as const;

/** What is done when something comes before the step itself. */
export const wantedHelp: Readonly<Partial<Record<Wanted, string>>> = {
  'reopen-token':
    'The token is opened as it was the first time: the same people confirm, and its PIN is typed while nobody else looks.',
  'look-again':
    'Keyferry asks the token, or reads the media, to see whether the interrupted work was done. It repeats nothing by itself.',
};

/** What an open exception is, and how it is closed. */
export const exceptionHelp: readonly string[] = [
  'Something did not go as the script has it: Keyferry found it, or somebody in the room did. Nothing goes on before as many people as the plan asks for have decided what follows, and have signed it.',
  'Talk it over, write down what was decided, and have each of the people named here approve exactly that with their passphrase. If the text is changed afterwards, their approvals are void.',
  'Where one key of several cannot be mended here, the ceremony may go on without it: choose that before you approve.',
];

/** What a break or a restart asks of the people. */
export const breakHelp =
  'Each person chooses their own name and types the passphrase of the roll call; the others look away from the keyboard. Somebody who had to leave for good, or has forgotten their passphrase, is declared absent, with the reason. The last one ends the break.';

/** How an aborted ceremony is brought to its end. */
export const abortHelp =
  'The ceremony was aborted. The people list what is on the token and on the media, destroy the keys that were made today or keep them, and sign off. What stays is named in the record.';

/** The keys that work on every screen. */
export const keyHelp: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['Enter'], does: 'does what the button at the lower right says' },
  { keys: ['Tab'], does: 'goes to the next field or button' },
  { keys: ['Space'], does: 'ticks a check, chooses a medium' },
  { keys: ['Esc'], does: 'closes what lies on top' },
  { keys: ['Ctrl', 'E'], does: 'notes an exception, and lists those so far' },
  { keys: ['Ctrl', 'B'], does: 'asks for a break, once everybody can sign' },
  { keys: ['F1'], does: 'explains the step on screen' },
  { keys: ['Ctrl', '+'], does: 'makes everything larger; Ctrl − smaller, Ctrl 0 as before' },
];
