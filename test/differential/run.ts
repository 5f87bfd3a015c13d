import { parseArgs } from 'node:util';
import { agreed, compared, type Totals } from './campaign.ts';

/** `npm run test:differential [-- --count N --seed N]`: exit 1 when the verifiers differ, or one of them takes a mutant that it must not. */
const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
const [count, seed] = [Number(values.count ?? 5000), Number(values.seed ?? 1)];

function tell(what: string, { bundles, faults, byRule, sound }: Totals, seconds: number): void {
  for (const { name, first, second } of faults) {
    console.log(
      `${name}: the application ${first.code} ${first.broken.join(' ')}, Python ${second.code} ${second.broken.join(' ')}`,
    );
  }
  for (const [rule, times] of [...byRule].toSorted()) console.log(`${String(times).padStart(6)}  ${rule}`);
  console.log(`${bundles} ${what} by seed ${seed}, ${sound} sound to both, ${faults.length} faults, ${seconds} s`);
}

/** So many seconds, and what came of it. */
async function timed(run: Promise<Totals>): Promise<readonly [Totals, number]> {
  const begun = Date.now();
  const totals = await run;
  return [totals, Math.round((Date.now() - begun) / 1000)];
}

const found = await timed(compared(count, seed));
tell('sound bundles and mutants', ...found);
const anew = await timed(agreed(count, seed));
tell('logs signed anew by everybody', ...anew);
process.exitCode = found[0].faults.length + anew[0].faults.length === 0 ? 0 : 1;
