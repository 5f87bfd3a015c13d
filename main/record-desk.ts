import { join } from 'node:path';
import { canonicalBytes } from '../app/audit/canonical-json.ts';
import type { Entry } from '../app/audit/entry.ts';
import { extractBytes } from '../app/audit/extract.ts';
import { transcriptText } from '../app/bundle/transcript.ts';
import { isClosed } from '../app/ceremony/state.ts';
import type { HostHandlers } from '../app/contract/calls.ts';
import { hexToBytes, utf8ToBytes } from '../app/keys/bytes.ts';
import { pgpWords } from '../app/keys/fingerprint.ts';
import { reportDocument } from '../app/paper/report.ts';
import { reportBytes, reportOf, type Report } from '../app/record/report.ts';
import { refuse } from '../app/rules/refusal.ts';
import type { OpenCeremony } from './ceremony/open-ceremony.ts';
import type { WorkPorts } from './ceremony/work-ports.ts';
import { liesOnRemovable, type Direction } from './media/desk.ts';
import { writeBundle, type BundleFile } from './media/outbound.ts';
import { recordName, recordNames } from './media/record-names.ts';

/** What the record needs of the machine. */
export interface RecordDeskPorts {
  readonly application: WorkPorts['application'];
  /** Folder of the typefaces of printed paper. */
  readonly fonts: string;
  readonly chooseFolder: (direction: Direction) => Promise<string | null>;
}

type Saved = Awaited<ReturnType<HostHandlers['record.save']>>;
/** The open ceremony, as far as its record needs it. */
interface Recorded {
  readonly log: Pick<OpenCeremony['log'], 'entries'>;
  readonly runner: Pick<OpenCeremony['runner'], 'state' | 'workingSince'>;
}

/**
 * Saves what the open ceremony leaves behind besides the bundle, in a new folder: at its end, or as far as it has come. Every
 * file is read back; when one cannot be written, all are taken off again.
 * @param ports - see {@link RecordDeskPorts}
 * @param open - the ceremony
 * @returns where it lies; null when nobody chooses a folder
 * @throws Refused with EFFECT-NOT-IN-FLIGHT while work is under way, PRODUCTION-MEDIA-REMOVABLE in a production ceremony for
 * a folder of the workstation itself, or with a MEDIA rule
 */
export async function saveRecord(ports: RecordDeskPorts, { log, runner }: Recorded): Promise<Saved> {
  refuseWhileWorking(runner);
  const folder = await ports.chooseFolder('outbound');
  if (folder === null) return null;
  if (runner.state.mode === 'production' && !liesOnRemovable(folder)) {
    refuse('PRODUCTION-MEDIA-REMOVABLE', `${folder} lies on no removable medium.`);
  }
  // Printing takes seconds in which this process answers nobody: the outcome of a piece of work must not wait for it.
  refuseWhileWorking(runner);
  const { state } = runner;
  const entries = [...log.entries()];
  const isInterim = !isClosed(state);
  const name = recordName(state.ceremony, isInterim ? entries.length : null);
  const files = writeBundle(folder, name, await filesOf(ports, entries, state.planDocument));
  const sha256 = files.find(({ path }) => path === recordNames.report)?.sha256 ?? '';
  return {
    folder: join(folder, name),
    isInterim,
    files: files.map(({ path, sha256: hash, bytes }) => ({ path, sha256: hash, bytes })),
    report: { sha256, words: [...pgpWords(hexToBytes(sha256))] },
  };
}

function refuseWhileWorking({ workingSince }: Recorded['runner']): void {
  if (workingSince !== null) refuse('EFFECT-NOT-IN-FLIGHT', 'The last step is still at work.');
}

async function filesOf(ports: RecordDeskPorts, entries: readonly Entry[], plan: unknown): Promise<BundleFile[]> {
  const report = reportOf(entries);
  return [
    { path: recordNames.report, bytes: await pdfOf(ports, report) },
    { path: recordNames.reportJson, bytes: reportBytes(report) },
    { path: recordNames.log, bytes: extractBytes(entries) },
    { path: recordNames.transcript, bytes: utf8ToBytes(transcriptText(entries)) },
    { path: recordNames.plan, bytes: canonicalBytes(plan) },
  ];
}

/** What prints is loaded when it is needed: the window need not wait for it at every start. */
async function pdfOf({ application, fonts }: RecordDeskPorts, report: Report): Promise<Uint8Array> {
  const [{ readFonts }, { printPdf }] = await Promise.all([import('./paper/fonts.ts'), import('./paper/pdf.ts')]);
  return printPdf(reportDocument(report), readFonts(fonts), `${application.name} ${application.version}`);
}
