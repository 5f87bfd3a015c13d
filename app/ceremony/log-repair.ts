import { mostAtOnce } from '../audit/two-copies.ts';
import type { EventOf } from './events.ts';

type Repaired = Omit<EventOf<'log-repaired'>, 'type'>;

/**
 * Whether a repair is no more than what a power cut leaves behind: of the entries of one command only, and nobody had to choose.
 * @param repaired - as it stands in the log
 */
export function isOrdinaryRepair({ rule, missing }: Pick<Repaired, 'rule' | 'missing'>): boolean {
  return rule === null && missing <= mostAtOnce;
}

/**
 * Says in one sentence what was done to a log.
 * @param repaired - as it stands in the log
 */
export function repairInWords({ kept, other, missing, cut, rule, aside }: Repaired): string {
  const [from, to] = kept === 'log' ? ['the log', 'its copy'] : ['the copy', 'the log'];
  const why = rule === null ? '' : ` The people chose ${from}, for ${rule}.`;
  const away = aside === null ? '' : ` What was there is kept as ${aside}.`;
  const tail = cut === 0 ? '' : ` ${cut} bytes behind the last whole entry of the copy were cut off.`;
  switch (other) {
    case 'none':
      return `Only the mark beside the log was made anew.${why}`;
    case 'replaced':
      return `${capital(to)} was made anew from ${from}.${why}${away}${tail}`;
    case 'extended':
      return `${capital(to)} lacked ${missing} of the entries; they were taken from ${from}.${tail}`;
  }
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
