import * as v from 'valibot';
import { planParts } from '../planning/parts.ts';
import { roles } from '../ceremony/roles.ts';
import type { CallTable } from './define.ts';
import { factSchema, refusalSchema } from './view.ts';

const text = v.string();
const sha256 = v.pipe(text, v.regex(/^[0-9a-f]{64}$/u));
/** A plan document as JSON. Main asks again for the bytes that a plan may have. */
const document = v.pipe(text, v.maxLength(256 * 1024));

/** The eight parts of a ceremony's script, and what the plan says of each. */
const parts = v.array(
  v.strictObject({ part: v.picklist(planParts), title: text, said: text, isEmpty: v.boolean(), remedy: text }),
);

/** Who approved a plan on this workstation; `time` is ISO 8601 with Z. */
const approval = v.strictObject({ approver: text, role: text, time: text });

export const planPreview = v.strictObject({
  /** SHA-256 of the plan, hex: how `ceremony.open` names it. */
  plan: text,
  title: text,
  purpose: text,
  facts: v.array(factSchema),
  parts,
  /** Null for a plan that was not approved here. */
  approval: v.nullable(approval),
});

const planCheck = v.strictObject({
  /** What the plan would do; null when it is refused. */
  sound: v.nullable(
    v.strictObject({
      sha256,
      /** The hash, spoken. */
      words: v.array(text),
      facts: v.array(factSchema),
      /** `key` is the id of the key that a step is about; null when it is about none. */
      steps: v.array(
        v.strictObject({ id: text, number: text, title: text, key: v.nullable(text), acts: v.picklist(roles) }),
      ),
      parts,
    }),
  ),
  refusal: v.nullable(refusalSchema),
});

/** Calls about plans: none of them needs a ceremony. */
export const planCalls = {
  'plan.sample': { input: v.strictObject({}), output: planPreview },
  'plan.choose': { input: v.strictObject({}), output: v.nullable(planPreview) },
  /** Says what a plan that is being made would do; nothing is kept. */
  'plan.check': { input: v.strictObject({ document }), output: planCheck },
  /** Saves a plan in a folder that the people choose; null when they choose none. */
  'plan.save': {
    input: v.strictObject({ document }),
    output: v.nullable(v.strictObject({ path: text, sha256 })),
  },
  /** Approves a plan that was shown, by the first eight digits of its hash as they stand on the paper. */
  'plan.approve': {
    input: v.strictObject({
      plan: sha256,
      approver: v.pipe(text, v.maxLength(200)),
      role: v.pipe(text, v.maxLength(200)),
      comparedHash: v.pipe(text, v.maxLength(100)),
    }),
    output: planPreview,
  },
} as const satisfies CallTable;

export type PlanPreview = v.InferOutput<typeof planPreview>;
export type PlanCheck = v.InferOutput<typeof planCheck>;
export type SoundPlan = NonNullable<PlanCheck['sound']>;
/** Who approves a plan, and the beginning of its hash as it stands on the paper. */
export type ApprovalGiven = Omit<v.InferInput<(typeof planCalls)['plan.approve']['input']>, 'plan'>;
export type PlanApproval = v.InferOutput<typeof approval>;
