import * as v from 'valibot';
import type { CallTable } from './define.ts';

const text = v.string();

const savedRecord = v.strictObject({
  folder: text,
  /** Whether the ceremony had not come to its end. */
  isInterim: v.boolean(),
  files: v.array(v.strictObject({ path: text, sha256: text, bytes: v.number() })),
  /** SHA-256 of report.pdf, hex and spoken. */
  report: v.strictObject({ sha256: text, words: v.array(text) }),
});

/** Calls about the record of the open ceremony. */
export const recordCalls = {
  /** Saves log, transcript, plan and report in a folder that the people choose; null when they choose none. */
  'record.save': { input: v.strictObject({}), output: v.nullable(savedRecord) },
} as const satisfies CallTable;

export type SavedRecord = v.InferOutput<typeof savedRecord>;
