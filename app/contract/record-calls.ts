import * as v from 'valibot';
import { isRuleId, type RuleId } from '../rules/index.ts';
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

const outcome = v.picklist(['holds', 'broken', 'not-checkable']);

const checkedRecord = v.strictObject({
  folder: text,
  /** By its manifest; null where that cannot be read. */
  ceremony: v.nullable(text),
  verdict: outcome,
  /** One for each rule; what a detail says was in the bundle is on one line, and not endless. */
  results: v.array(v.strictObject({ rule: v.custom<RuleId>(isRule), outcome, detail: text })),
});

/** So many characters of it are typed at most: a whole hash in groups, and some room for spaces. */
export const longestOnPaper = { checkpoint: 80, hash: 120 } as const;

/** As people write it from the paper of the room; each null when they have none. */
const paperOfTheRoom = v.strictObject({
  /** `57 cowbell stethoscope` */
  checkpoint: v.nullable(v.pipe(text, v.maxLength(longestOnPaper.checkpoint))),
  /** Hex, in groups or not: of the key that signs the log, and of MANIFEST.json. */
  logKeySha256: v.nullable(v.pipe(text, v.maxLength(longestOnPaper.hash))),
  manifestSha256: v.nullable(v.pipe(text, v.maxLength(longestOnPaper.hash))),
});

/** Calls about records: the one of the open ceremony, and others that are checked. */
export const recordCalls = {
  /** Saves log, transcript, plan and report in a folder that the people choose; null when they choose none. */
  'record.save': { input: v.strictObject({}), output: v.nullable(savedRecord) },
  /** Checks a bundle that the people choose; null when they choose none. */
  'record.check': {
    input: v.strictObject({ paper: paperOfTheRoom }),
    output: v.nullable(checkedRecord),
  },
} as const satisfies CallTable;

export type SavedRecord = v.InferOutput<typeof savedRecord>;
export type PaperOfTheRoom = v.InferOutput<typeof paperOfTheRoom>;
export type CheckedRecord = v.InferOutput<typeof checkedRecord>;

function isRule(rule: unknown): boolean {
  return typeof rule === 'string' && isRuleId(rule);
}
