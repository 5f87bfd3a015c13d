import type { OutcomeOf } from '../ceremony/effects.ts';
import { initialsOf, type ReportedPerson } from './report-people.ts';
import { ofType, outcomesOf, type Timed } from './timed.ts';

/** The workstation as Keyferry found it. */
export type ReportedWorkstation = Omit<OutcomeOf<'inspect-workstation'>, 'kind' | 'notices'>;

/** How the token wrapped a key. */
export type ReportedWay = Pick<OutcomeOf<'wrap-key'>['proof'], 'method' | 'oaepHash' | 'nonce' | 'performed'>;

/** The token, and how it was opened. */
export interface ReportedToken {
  readonly serial: string;
  readonly label: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string;
  readonly moduleDescription: string;
  readonly cryptoki: string;
  /** SHA-256 of the file of the PKCS#11 module, hex. */
  readonly moduleSha256: string;
  /** How the PIN came to it, and the initials of those who typed it, in their order; null before that. */
  readonly pin: { readonly how: 'one' | 'parts' | 'pad'; readonly by: readonly string[] } | null;
  /** The ways that it proved with throw-away keys. */
  readonly proofs: readonly (ReportedWay & { readonly spec: string })[];
}

/** A copy of the bundle. */
export interface ReportedMedium {
  readonly copy: number;
  readonly folder: string;
  /** Hex. */
  readonly manifestSha256: string;
  readonly files: number;
  readonly time: string;
}

/** The workstation as it was found last; null before anybody looked. */
export function workstationIn(events: readonly Timed[]): ReportedWorkstation | null {
  const found = outcomesOf(events, 'inspect-workstation').at(-1)?.outcome;
  if (found === undefined) return null;
  const { application, electron, node, platform, host, interfaces } = found;
  return { application, electron, node, platform, host, interfaces };
}

/** The token as it was identified last; null before that. */
export function tokenIn(events: readonly Timed[], people: readonly ReportedPerson[]): ReportedToken | null {
  const identity = outcomesOf(events, 'identify-token').at(-1)?.outcome.identity;
  if (identity === undefined) return null;
  const { serial, label, manufacturer, model, firmware, moduleDescription, cryptoki, moduleSha256 } = identity;
  const typed = ofType(events, 'step-confirmed')
    .map(({ event: { input } }) => input)
    .findLast((input) => input.kind === 'credential');
  const proofs = outcomesOf(events, 'probe-token').at(-1)?.outcome.proofs ?? [];
  return {
    serial,
    label,
    manufacturer,
    model,
    firmware,
    moduleDescription,
    cryptoki,
    moduleSha256,
    pin: typed?.kind === 'credential' ? { how: typed.how, by: typed.by.map((id) => initialsOf(people, id)) } : null,
    proofs: proofs.map(({ spec, method, oaepHash, nonce, performed }) => ({
      spec,
      method,
      oaepHash,
      nonce,
      performed,
    })),
  };
}

/** The copies that were written and read back. */
export function mediaIn(events: readonly Timed[]): readonly ReportedMedium[] {
  return outcomesOf(events, 'write-copy').map(({ time, outcome: { copy, folder, manifestSha256, files } }) => ({
    copy,
    folder,
    manifestSha256,
    files: files.length,
    time,
  }));
}
