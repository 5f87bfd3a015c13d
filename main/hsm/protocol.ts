import type { Refusal } from '../../app/rules/refusal.ts';
import type { Hsm } from './port.ts';

/** The calls that cross to the HSM process: every method of the port. */
export type HsmMethod = Exclude<keyof Hsm, 'isLoggedIn'>;

/** The port as the HSM process itself has it: the same calls, synchronous, because PKCS#11 is. */
export type HsmDevice = {
  readonly [M in HsmMethod]: (...args: Parameters<Hsm[M]>) => Awaited<ReturnType<Hsm[M]>>;
} & { readonly isLoggedIn: boolean };

/** One call. Its arguments are plain data and byte arrays, so structured clone carries them. */
export type HsmRequest = {
  readonly [M in HsmMethod]: { readonly id: number; readonly method: M; readonly args: Parameters<Hsm[M]> };
}[HsmMethod];

/** How a call ended: its value, a refusal, or a programming error. */
export type HsmOutcome =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly message: string };

export interface HsmResponse {
  readonly id: number;
  /** Whether the user is logged in after the call. */
  readonly isLoggedIn: boolean;
  readonly outcome: HsmOutcome;
}
