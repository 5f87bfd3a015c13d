import type { OutcomeOf } from '../ceremony/effects.ts';
import type { KeyCheckValue } from '../keys/kcv.ts';
import type { PlanInLog } from './plan-in-log.ts';
import type { ReportedWay } from './report-machine.ts';
import { ofType, outcomesOf, type Timed } from './timed.ts';

type Target = OutcomeOf<'make-key' | 'find-key'>;
type Wrap = OutcomeOf<'wrap-key'>;

/** What became of a key of the plan. */
export interface ReportedKey {
  readonly id: string;
  readonly spec: string;
  /** As the plan names it. */
  readonly destination: PlanInLog['keys'][number]['destination'];
  /** `planned` before it was made or found; `in-token` while it is there because this ceremony made it. */
  readonly state: 'planned' | 'in-token' | 'found-in-token' | 'destroyed';
  /** What the quorum decided when it went on without this key; null where it did not. */
  readonly leftOut: string | null;
  readonly ckaId: string | null;
  /** SHA-256 of the public half's SubjectPublicKeyInfo, hex. */
  readonly publicKeySha256: string | null;
  /** Each with its method. */
  readonly checkValues: readonly KeyCheckValue[];
  /** As they were asked for and read back. */
  readonly attributes: Target['attributes'];
  /** The wrapping key: SHA-256 of its SubjectPublicKeyInfo, modulus bits, name at the service, end of its token. */
  readonly kek: {
    readonly spkiSha256: string;
    readonly bits: number;
    readonly id: string | null;
    readonly deadline: string | null;
  } | null;
  /** How it was wrapped, and what the token gave out, part by part; null while it was not. */
  readonly wrap: (ReportedWay & Pick<Wrap, 'parts'>) | null;
  /** Its files in the bundle. */
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly bytes: number }[];
}

/**
 * The keys of the plan, with everything that the log tells of them.
 * @param events - the log
 * @param plan - the one in it
 */
export function keysIn(events: readonly Timed[], plan: PlanInLog): readonly ReportedKey[] {
  const keks = outcomesOf(events, 'read-inbound').at(-1)?.outcome.keks ?? [];
  const made = outcomesOf<'make-key' | 'find-key'>(events, 'make-key', 'find-key');
  const wraps = outcomesOf(events, 'wrap-key');
  const files = outcomesOf(events, 'write-copy')[0]?.outcome.files ?? [];
  const destroyed = outcomesOf(events, 'destroy-key').map(({ outcome }) => outcome.key);
  const decisions = leftOutIn(events);
  return plan.keys.map(({ id, spec, destination }) => {
    const target = made.findLast(({ outcome }) => outcome.key === id)?.outcome;
    const kek = keks.find(({ key }) => key === id);
    return {
      id,
      spec,
      destination,
      state: destroyed.includes(id) ? 'destroyed' : stateOf(target?.kind),
      leftOut: decisions.get(id) ?? null,
      ckaId: target?.ckaId ?? null,
      publicKeySha256: target?.publicKeySha256 ?? null,
      checkValues: target?.keyCheckValues ?? [],
      attributes: target?.attributes ?? [],
      kek:
        kek === undefined ? null : { spkiSha256: kek.spkiSha256, bits: kek.bits, id: kek.id, deadline: kek.deadline },
      wrap: wrapOf(wraps.findLast(({ outcome }) => outcome.key === id)?.outcome),
      files: files.filter(({ path }) => path.startsWith(`keys/${id}/`)),
    };
  });
}

/** What was decided of each key that the people went on without, by its id, in the order of the decisions. */
export function leftOutIn(events: readonly Timed[]): ReadonlyMap<string, string> {
  return new Map(
    ofType(events, 'exception-closed').flatMap(({ event: { key, decided } }): [string, string][] =>
      key === null ? [] : [[key, decided]],
    ),
  );
}

function stateOf(kind: Target['kind'] | undefined): ReportedKey['state'] {
  if (kind === undefined) return 'planned';
  return kind === 'make-key' ? 'in-token' : 'found-in-token';
}

function wrapOf(wrap: Wrap | undefined): ReportedKey['wrap'] {
  if (wrap === undefined) return null;
  const { method, oaepHash, nonce, performed } = wrap.proof;
  return { method, oaepHash, nonce, performed, parts: wrap.parts };
}
