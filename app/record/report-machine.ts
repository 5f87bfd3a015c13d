import type { OutcomeOf } from '../ceremony/effects.ts';
import type { CeremonyEvent, Credential } from '../ceremony/events.ts';
import { initialsOf, type ReportedPerson } from './report-people.ts';
import { outcomesOf, type Timed } from './timed.ts';

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
  /** Every time a PIN was given, in order. */
  readonly pins: readonly ReportedPin[];
  /** The ways that it proved with throw-away keys. */
  readonly proofs: readonly (ReportedWay & { readonly spec: string })[];
}

/** A PIN that was given: who gave it, how, and what came of it. */
export interface ReportedPin {
  readonly time: string;
  readonly how: 'one' | 'parts' | 'pad';
  /** Initials of those who typed it, in their order. */
  readonly by: readonly string[];
  /** Whether they knew that the token locks itself after one more wrong PIN. */
  readonly finalTryAccepted: boolean;
  /** Number and title of the step at which it was asked for; null where the token was opened again. */
  readonly step: string | null;
  /** The rule that refused it when the token was opened again; null where it was opened, and at a step, which tells itself. */
  readonly refusedBy: string | null;
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
    pins: pinsIn(events, people),
    proofs: proofs.map(({ spec, method, oaepHash, nonce, performed }) => ({
      spec,
      method,
      oaepHash,
      nonce,
      performed,
    })),
  };
}

function pinsIn(events: readonly Timed[], people: readonly ReportedPerson[]): readonly ReportedPin[] {
  return events.flatMap(({ time, event }) => {
    const given = givenIn(event);
    if (given === null) return [];
    const { credential, step, refusedBy } = given;
    const { how, by, finalTryAccepted } = credential;
    return [{ time, how, by: by.map((id) => initialsOf(people, id)), finalTryAccepted, step, refusedBy }];
  });
}

function givenIn(event: CeremonyEvent): (Pick<ReportedPin, 'step' | 'refusedBy'> & { credential: Credential }) | null {
  switch (event.type) {
    case 'step-confirmed':
      if (event.input.kind !== 'credential') return null;
      return { credential: event.input, step: `${event.number} ${event.title}`, refusedBy: null };
    case 'token-reopened':
      return { credential: event.credential, step: null, refusedBy: null };
    case 'token-not-reopened':
      return { credential: event.credential, step: null, refusedBy: event.refusal.rule };
    default:
      return null;
  }
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
