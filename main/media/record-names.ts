/** Every file of a saved record. */
export const recordNames = {
  report: 'report.pdf',
  reportJson: 'report.json',
  log: 'log.jsonl',
  transcript: 'transcript.txt',
  plan: 'plan.json',
} as const;

/**
 * The name of a saved record's folder.
 * @param ceremony - the ceremony id
 * @param interim - how many entries the log has, where the ceremony has not come to its end; null at the end. A later record
 * never has to take the place of an earlier one.
 */
export function recordName(ceremony: string, interim: number | null): string {
  return `keyferry-record-${ceremony}${interim === null ? '' : `-entry-${interim}`}`;
}
