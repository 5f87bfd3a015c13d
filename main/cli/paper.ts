import { parsePlan } from '../../app/ceremony/plan.ts';
import { scriptOf } from '../../app/paper/script.ts';
import { Refused, type Refusal } from '../../app/rules/refusal.ts';
import { locate } from '../locations.ts';
import { writeNewFile } from '../media/new-file.ts';
import { readPlanFile } from '../media/plan-file.ts';
import { readFonts } from '../paper/fonts.ts';
import { printPdf } from '../paper/pdf.ts';
import { applicationInfo, checkout } from './installation.ts';
import { readOptions, usage, type PaperOptions } from './paper-options.ts';

// The script of a ceremony as PDF. Exit 0 with one JSON line on stdout, 1 after a refusal, 2 on wrong usage.
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === null) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  try {
    process.stdout.write(`${JSON.stringify(await print(options))}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    process.stderr.write(`refused: ${error.refusal.rule}: ${oneLine(error.refusal)}\n`);
    return 1;
  }
}

async function print({ plan, out, mode }: PaperOptions): Promise<object> {
  const parsed = parsePlan(readPlanFile(plan));
  const { name, version } = applicationInfo();
  const fonts = readFonts(locate(checkout, null).fonts);
  const bytes = await printPdf(scriptOf(parsed, { mode }), fonts, `${name} ${version}`);
  return { file: out, sha256: writeNewFile(out, bytes), planSha256: parsed.sha256, mode };
}

function oneLine({ cause, remedy, code }: Refusal): string {
  const raw = code === undefined ? '' : ` [${code}]`;
  return `${cause}${raw} ${remedy}`.replaceAll(/\s+/gu, ' ');
}
