import type { WrapPlan } from '../../byok/format.ts';
import { nonceOf, plannedWays, wrapInWords } from '../../byok/ways.ts';
import type { Fact } from '../../contract/view.ts';
import type { KeySpec } from '../../keys/specs.ts';
import type { OutcomeOf } from '../effects.ts';
import { carriedKeys, type CeremonyState } from '../state.ts';

type Probe = OutcomeOf<'probe-token'>;

/** What there is to try: one way for all keys of one kind that may be wrapped so. */
interface Trial {
  readonly keys: readonly string[];
  readonly spec: KeySpec;
  readonly wrap: WrapPlan;
}

/**
 * What the token did with throw-away keys, way by way and for which keys of the plan, and what it cannot do.
 * @param state - the ceremony
 * @returns nothing before the token was tested
 */
export function tokenProofs(state: CeremonyState): Fact[] {
  const { probe } = state;
  if (probe === null) return [];
  const trials = trialsOf(state);
  return [...lackingWays(probe, trials), ...provenWays(probe, trials)];
}

function trialsOf(state: CeremonyState): readonly Trial[] {
  const trials = new Map<string, Trial>();
  for (const { id, destination, spec } of carriedKeys(state)) {
    for (const { wrap } of plannedWays(destination, spec)) {
      const name = `${spec} ${wrapInWords(wrap)}`;
      const keys = trials.get(name)?.keys ?? [];
      trials.set(name, { keys: keys.includes(id) ? keys : [...keys, id], spec, wrap });
    }
  }
  return [...trials.values()];
}

const columns = ['For key', 'Way'];
const cellsOf = ({ keys, wrap }: Trial): string[] => [keys.join(', '), wrapInWords(wrap)];

function isOf({ spec, wrap }: Trial, tried: Pick<Probe['lacking'][number], 'spec' | 'method' | 'oaepHash'>): boolean {
  return tried.spec === spec && tried.method === wrap.method && tried.oaepHash === wrap.oaepHash;
}

function provenWays({ proofs }: Probe, trials: readonly Trial[]): Fact[] {
  const rows = trials.flatMap((trial) =>
    proofs
      .filter((proof) => isOf(trial, proof) && proof.nonce === nonceOf(trial.wrap))
      .map(({ payloadBytes }) => [...cellsOf(trial), `exact, ${payloadBytes} bytes`]),
  );
  const caption = 'Throw-away keys, wrapped in the token and opened in software';
  return [{ kind: 'table', caption, columns: [...columns, 'Opened key'], rows }];
}

/** What the token cannot do although a destination could ask for it: an import job must not choose it. */
function lackingWays({ lacking }: Probe, trials: readonly Trial[]): Fact[] {
  const rows = trials.flatMap((trial) =>
    lacking.filter((way) => isOf(trial, way)).map(({ cause }) => [...cellsOf(trial), cause]),
  );
  if (rows.length === 0) return [];
  const caption = 'What this token cannot do, and no import job may ask for';
  return [{ kind: 'table', caption, columns: [...columns, 'Why'], rows }];
}
