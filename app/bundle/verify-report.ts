import { equalBytes } from '../keys/bytes.ts';
import { reportBytes, reportOf } from '../record/report.ts';
import { refuse } from '../rules/refusal.ts';
import { layout } from './layout.ts';
import { fileOf, holds, notCheckable, type Finding, type Readings } from './verification.ts';

/**
 * Whether the report is what the log extract gives. Its wording is that of a version, so only the version that wrote it can
 * say.
 * @param application - name and version of this application, as a manifest has its generator
 * @throws Refused with BUNDLE-REPORT-AS-LOGGED, or LOG-HOLDS-A-CEREMONY for an entry that is no event of a ceremony
 */
export function checkReport({ files, manifest, entries }: Readings, application: string): Finding {
  if (manifest.generator !== application) {
    return notCheckable(
      `It was written by ${manifest.generator}; this is ${application}, whose report may be another.`,
    );
  }
  const report = reportOf(entries);
  if (!equalBytes(fileOf(files, layout.report), reportBytes(report))) {
    refuse('BUNDLE-REPORT-AS-LOGGED', `${layout.report} tells something else than ${layout.log}.`);
  }
  return holds(`${report.steps.length} steps, ${report.exceptions.length} exceptions`);
}
