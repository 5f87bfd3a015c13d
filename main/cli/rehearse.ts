import { readOptions, usage } from './rehearse-options.ts';
import { rehearse } from './rehearsal.ts';
import { Refused, type Refusal } from '../../app/rules/refusal.ts';

// One whole ceremony without a window. Exit 0 with one JSON line on stdout, 1 after a refusal, 2 on wrong usage.
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  try {
    const done = await rehearse(options, ({ rule, text }) => process.stderr.write(`notice: ${rule}: ${text}\n`));
    process.stdout.write(`${JSON.stringify(done)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    process.stderr.write(`refused: ${error.refusal.rule}: ${oneLine(error.refusal)}\n`);
    return 1;
  }
}

function oneLine({ cause, remedy, code }: Refusal): string {
  const raw = code === undefined ? '' : ` [${code}]`;
  return `${cause}${raw} ${remedy}`.replaceAll(/\s+/gu, ' ');
}
