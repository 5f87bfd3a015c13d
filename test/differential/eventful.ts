import type { JsonValue } from '../../app/audit/canonical-json.ts';
import { application, bundleOf } from '../app/bundle/bundle-maker.ts';
import { sample, sampleEvents } from '../app/bundle/sample-bundle.ts';
import { aBreak, bagOpened, exceptionClosed, exceptionOpened, mediumNoted, stepAt, type Event } from '../app/bundle/sample-log.ts'; // prettier-ignore

const repaired = (missing: number, rule: string | null = null): Event => ({
  type: 'log-repaired',
  kept: 'copy',
  other: rule === null ? 'extended' : 'replaced',
  missing,
  cut: 0,
  rule,
  aside: rule === null ? null : 'log.sqlite.aside-1',
});

/** What Keyferry opens by itself, and the quorum closes; `cause` is said in its words. */
function exception(number: number, told: Readonly<Record<string, JsonValue>>): Event[] {
  const opened = exceptionOpened(number, told);
  return [opened, ...exceptionClosed(number, {}, ['p2'], opened)];
}

const passphraseRefused: Event = { type: 'passphrase-refused', person: 'p2', subject: 'wrap.approve' };
const resumed: Event = { type: 'ceremony-resumed', application, log: null };
/** Whoever comes back from a break, without its beginning: a restart is one. */
const [, ...comingBack] = aBreak();

/** Before a step of which nothing is under way: a log that was repaired, restarts, a break, bags, wrong passphrases, exceptions. */
const incidents: readonly Event[] = [
  repaired(1),
  resumed,
  ...comingBack,
  repaired(9),
  exceptionOpened(1, { rule: 'LOG-COPIES-AGREE' }),
  resumed,
  ...comingBack,
  ...exceptionClosed(1, {}, ['p2'], exceptionOpened(1, { rule: 'LOG-COPIES-AGREE' })),
  repaired(0, 'LOG-FILE-PRESENT'),
  ...exception(2, { rule: 'LOG-FILE-PRESENT' }),
  ...aBreak(['p2', 'p1']),
  mediumNoted,
  bagOpened(true),
  passphraseRefused,
  passphraseRefused,
  bagOpened(false),
  ...exception(3, { rule: 'CUSTODY-BAG-AS-LISTED' }),
];

/** A sound bundle of a ceremony in which much did not go as planned. */
export function eventfulBundle(): ReturnType<typeof bundleOf> {
  const events = sampleEvents();
  return bundleOf(sample, events.toSpliced(stepAt('bring-in.compare.signing', events), 0, ...incidents));
}
