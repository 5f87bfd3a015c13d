import * as v from 'valibot';
import type { CallTable, Client, Handlers } from './define.ts';
import { id, ids, reason } from './parts.ts';
import { peopleCalls } from './people-calls.ts';
import { planCalls } from './plan-calls.ts';
import { recordCalls } from './record-calls.ts';
import { pinInputSchema, stepInputSchema, type PinInput, type StepInput } from './step-input.ts';
import { refusalSchema, viewSchema } from './view.ts';

const text = v.string();
const nothing = v.strictObject({});

const medium = v.strictObject({
  id,
  label: text,
  path: text,
  isRemovable: v.boolean(),
  isWritable: v.boolean(),
  freeBytes: v.nullable(v.number()),
});

const direction = v.picklist(['inbound', 'outbound']);

/** Every call from the window to main. Ceremony verbs only: the window cannot say "wrap" or "write file". */
export const calls = {
  'app.about': {
    input: nothing,
    output: v.strictObject({
      version: text,
      electron: text,
      /** Ceremonies that were begun on this workstation and are not closed. */
      unfinished: v.array(
        v.strictObject({
          ceremony: id,
          title: text,
          mode: v.picklist(['rehearsal', 'production']),
          step: text,
          time: text,
          /** Why its log is not taken up again as it is, how far log and copy come, and with which of them it may be. */
          unsound: v.nullable(
            v.strictObject({
              refusal: refusalSchema,
              ends: v.array(
                v.strictObject({
                  side: v.picklist(['log', 'copy']),
                  head: v.nullable(v.strictObject({ size: v.number(), head: text })),
                  mayGoOn: v.boolean(),
                }),
              ),
            }),
          ),
        }),
      ),
    }),
  },
  ...planCalls,
  ...peopleCalls,
  ...recordCalls,
  /** With a token of a module that was chosen before it is a production ceremony, without one a rehearsal. */
  'ceremony.open': {
    input: v.strictObject({
      plan: v.pipe(text, v.regex(/^[0-9a-f]{64}$/u)),
      /** `logCopy`: the medium for the second copy of the log; null for this computer. */
      token: v.nullable(v.strictObject({ module: id, serial: text, logCopy: v.nullable(id) })),
    }),
    output: viewSchema,
  },
  /** `keep`: with which of log and copy the people go on, where they have to choose. */
  'ceremony.resume': {
    input: v.strictObject({ ceremony: id, keep: v.nullable(v.picklist(['log', 'copy'])) }),
    output: viewSchema,
  },
  'ceremony.view': { input: nothing, output: v.nullable(viewSchema) },
  'ceremony.confirmStep': {
    input: v.strictObject({ step: id, ticks: ids, confirmedBy: ids, input: stepInputSchema }),
    output: viewSchema,
  },
  'ceremony.reopenToken': { input: v.strictObject({ pin: pinInputSchema, confirmedBy: ids }), output: viewSchema },
  /** Looks again what became of work that was interrupted. */
  'ceremony.lookAgain': { input: nothing, output: viewSchema },
  /** Aborts the ceremony, with the reason in the log: at any step, by anybody. */
  'ceremony.stop': { input: v.strictObject({ step: id, reason }), output: viewSchema },
  'ceremony.leave': { input: nothing, output: v.null() },
  'media.list': { input: v.strictObject({ direction }), output: v.array(medium) },
  'media.browse': { input: v.strictObject({ direction }), output: v.nullable(medium) },
} as const satisfies CallTable;

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type { PinInput, StepInput };
export type HostHandlers = Handlers<Calls>;
export type WindowClient = Client<Calls>;
export type Medium = v.InferOutput<typeof medium>;
export type About = v.InferOutput<Calls['app.about']['output']>;

/** What main tells the window unasked. */
export const notices = { 'ceremony.changed': viewSchema } as const;

export type NoticeName = keyof typeof notices;
export type NoticePayload<N extends NoticeName> = v.InferOutput<(typeof notices)[N]>;
