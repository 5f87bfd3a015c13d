import { parseArgs } from 'node:util';
import { Campaign } from './campaign.ts';
import { faults } from './verdict.ts';
import { knownFaultOf } from './known-faults.ts';

/** Every simulated power cut, and every mutant. Prints what it found; exit 0 when that is nothing. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    cuts: { type: 'boolean', default: true },
    mutants: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
/** A record that became shorter by mistake must not pass for a sound one. */
const fewestCuts = 10_000;
const begun = performance.now();
const campaign = new Campaign(Number(values.seed), (line) => process.stdout.write(`${line}\n`));
try {
  if (values.cuts) campaign.cutEverything();
  if (values.mutants) campaign.huntMutants();
  process.exitCode = report(campaign) ? 0 : 1;
} finally {
  campaign.close();
}

function report({ cuts, damaged, states, repaired, failures, refusals, hunted }: Campaign): boolean {
  const print = (line: string): unknown => process.stdout.write(`${line}\n`);
  const grouped = Map.groupBy(
    failures,
    (failure) => knownFaultOf(failure)?.name ?? `${failure.fault}: ${failure.detail}`,
  );
  for (const [name, [first, ...others]] of grouped) {
    if (first === undefined) continue;
    const { where, seed, place, fate, detail, after } = first;
    print(`FAULT  ${name}`);
    print(
      `       ${others.length + 1} cuts; first in "${where}", seed ${seed}, cut ${place}.${fate}: ${detail}; after ${after}`,
    );
  }
  print('');
  print(`seed                     ${values.seed}`);
  print(`cuts                     ${cuts}`);
  print(`damaged disks            ${damaged}`);
  print(`distinct states          ${states}`);
  print(`repaired, and told of    ${repaired}`);
  for (const fault of faults)
    print(`${fault.padEnd(25)}${failures.filter((failure) => failure.fault === fault).length}`);
  for (const [rule, times] of refusals) print(`refused when damaged     ${times} by ${rule}`);
  const counted = hunted.filter(({ end }) => end !== 'equivalent');
  print(
    `mutants killed           ${counted.filter(({ end }) => end === 'killed').length}/${counted.length}, and ${hunted.length - counted.length} equivalent`,
  );
  print(`seconds                  ${Math.round((performance.now() - begun) / 1000)}`);
  const isWhole = (!values.cuts || cuts >= fewestCuts) && (!values.mutants || counted.length > 0);
  if (!isWhole) print(`Too little was cut: at least ${fewestCuts} cuts and a mutant are wanted.`);
  return isWhole && failures.length === 0 && counted.every(({ end }) => end === 'killed');
}
