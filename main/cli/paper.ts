import { parsePlan } from '../../app/ceremony/plan.ts';
import type { PaperDocument } from '../../app/paper/document.ts';
import { reportDocument } from '../../app/paper/report.ts';
import { scriptOf } from '../../app/paper/script.ts';
import { reportBytes, reportOf } from '../../app/record/report.ts';
import { Refused, type Refusal } from '../../app/rules/refusal.ts';
import { locate } from '../locations.ts';
import { writeNewFile } from '../media/new-file.ts';
import { readPlanFile } from '../media/plan-file.ts';
import { readFonts } from '../paper/fonts.ts';
import { printPdf } from '../paper/pdf.ts';
import { applicationInfo, checkout } from './installation.ts';
import { readLogFrom } from './log-source.ts';
import { readOptions, usage, type PaperOptions, type ReportOptions, type ScriptOptions } from './paper-options.ts';

// The script or the report of a ceremony as PDF. Exit 0 with one JSON line on stdout, 1 after a refusal, 2 on wrong usage.
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

async function print(options: PaperOptions): Promise<object> {
  return options.paper === 'script' ? printScript(options) : printReport(options);
}

async function printScript({ plan, out, mode }: ScriptOptions): Promise<object> {
  const parsed = parsePlan(readPlanFile(plan));
  const bytes = await pdfOf(scriptOf(parsed, { mode }));
  return { file: out, sha256: writeNewFile(out, bytes), planSha256: parsed.sha256, mode };
}

async function printReport({ log, out, json }: ReportOptions): Promise<object> {
  const report = reportOf(readLogFrom(log));
  const { ceremony, planSha256, mode, end } = report;
  const bytes = await pdfOf(reportDocument(report));
  const written = { file: out, sha256: writeNewFile(out, bytes) };
  const beside = json === null ? null : { file: json, sha256: writeNewFile(json, reportBytes(report)) };
  return { ...written, json: beside, ceremony, planSha256, mode, end, log: report.log };
}

function pdfOf(paper: PaperDocument): Promise<Uint8Array> {
  const { name, version } = applicationInfo();
  return printPdf(paper, readFonts(locate(checkout, null).fonts), `${name} ${version}`);
}

function oneLine({ cause, remedy, code }: Refusal): string {
  const raw = code === undefined ? '' : ` [${code}]`;
  return `${cause}${raw} ${remedy}`.replaceAll(/\s+/gu, ' ');
}
