import type { EffectKind } from './effects.ts';
import type { Confirmers, Role } from './roles.ts';

/** The eight phases of a ceremony, in order; the journey on screen never changes. */
export const phases = [
  { id: 'prepare', title: 'Prepare' },
  { id: 'roll-call', title: 'Roll call' },
  { id: 'token', title: 'Token' },
  { id: 'bring-in', title: 'Bring in' },
  { id: 'keys', title: 'Keys' },
  { id: 'wrap', title: 'Wrap' },
  { id: 'take-out', title: 'Take out' },
  { id: 'close', title: 'Close' },
] as const;

export type PhaseId = (typeof phases)[number]['id'];

/** What the people do at a step besides ticking and confirming. */
export type StepKind =
  | 'confirm'
  | 'name-people'
  | 'register-keys'
  | 'choose-pin'
  | 'enter-pin'
  | 'choose-inbound'
  | 'choose-outbound'
  | 'type-key-ids';

/** Work a step asks for once it is confirmed: once, once per key, per copy, or per key that the plan destroys. */
export interface StepWork {
  readonly kind: Exclude<EffectKind, 'find-key' | LogWork>;
  readonly each: 'once' | 'key' | 'copy' | 'destroyed-key';
}

/** Work on the key that signs the log, and with it. */
export type LogWork = 'make-log-key' | 'sign-checkpoint' | 'sign-bundle' | 'destroy-log-key';

/** One step of the ceremony, as data: the same words on screen and on paper. */
export interface Step {
  /** Stable name, `phase.what` or `phase.what.key-id`. */
  readonly id: string;
  readonly phase: PhaseId;
  /** What people say: `4.2`. */
  readonly number: string;
  /** An instruction. */
  readonly title: string;
  readonly kind: StepKind;
  /** The key this step is about, when it is about one. */
  readonly key: string | null;
  /** Who acts. */
  readonly acts: Role;
  /** Read aloud before acting, one paragraph each. */
  readonly says: readonly string[];
  /** What must be ticked, one by one: the words are the expected results. */
  readonly ticks: readonly { readonly id: string; readonly text: string }[];
  readonly confirmers: Confirmers;
  /** Whoever confirms a sensitive step signs exactly what it shows; the others say that they have seen it. */
  readonly sensitive: boolean;
  /** True for the last step: nothing may be left open behind it. */
  readonly closes?: boolean;
  readonly work: StepWork | null;
  /** Work on the log that is done once before the step's own, and once after it. */
  readonly before?: readonly LogWork[];
  readonly after?: readonly LogWork[];
  /** What the primary action says it will do. */
  readonly action: string;
}
