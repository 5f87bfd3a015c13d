import { parseArgs } from 'node:util';
import { compared } from './campaign.ts';

/** `npm run test:differential [-- --count N --seed N]`: exit 1 when the verifiers differ, or one of them takes a mutant. */
const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
const [count, seed] = [Number(values.count ?? 5000), Number(values.seed ?? 1)];
const begun = Date.now();
const { mutants, faults, byRule } = await compared(count, seed);
for (const { name, first, second } of faults) {
  console.log(
    `${name}: the application ${first.code} ${first.broken.join(' ')}, Python ${second.code} ${second.broken.join(' ')}`,
  );
}
for (const [rule, times] of [...byRule].toSorted()) console.log(`${String(times).padStart(6)}  ${rule}`);
const seconds = Math.round((Date.now() - begun) / 1000);
console.log(`3 sound bundles, ${mutants} mutants by seed ${seed}, ${faults.length} not found by both, ${seconds} s`);
process.exitCode = faults.length === 0 ? 0 : 1;
