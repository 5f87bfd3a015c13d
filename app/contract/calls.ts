import * as v from 'valibot';
import { roles } from '../ceremony/roles.ts';
import type { CallTable, Client, Handlers } from './define.ts';
import { factSchema, viewSchema } from './view.ts';

const text = v.string();
const id = v.pipe(text, v.regex(/^[a-z0-9.-]{1,120}$/u));
const ids = v.pipe(v.array(id), v.maxLength(200));
const nothing = v.strictObject({});
/** 1 to 255 bytes of UTF-8; overwritten by whoever receives it. */
const pin = v.pipe(
  v.instance(Uint8Array),
  v.check((bytes) => bytes.length >= 1 && bytes.length <= 255),
);

/** Why somebody said stop, or goes on without a key: 1 to 500 printable characters. */
const reason = v.pipe(text, v.maxLength(500), v.regex(/^(?=.*\S)[^\p{Cc}\p{Cf}\p{Cs}]+$/u));

const namedPerson = v.strictObject({
  name: v.pipe(text, v.maxLength(200)),
  organisation: v.pipe(text, v.maxLength(200)),
  roles: v.pipe(v.array(v.picklist(roles)), v.maxLength(roles.length)),
});

/** What a person gives a step in the window. Folders are named by the id under which main offered them, never by path. */
export const stepInputSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('none') }),
  v.strictObject({ kind: v.literal('people'), people: v.pipe(v.array(namedPerson), v.maxLength(100)) }),
  v.strictObject({ kind: v.literal('pin'), pin }),
  v.strictObject({ kind: v.literal('media'), media: v.pipe(v.array(id), v.minLength(1), v.maxLength(4)) }),
  v.strictObject({
    kind: v.literal('key-ids'),
    keyIds: v.pipe(v.array(v.pipe(text, v.maxLength(60))), v.maxLength(100)),
  }),
]);

const planPreview = v.strictObject({
  /** SHA-256 of the plan, hex: how `ceremony.open` names it. */
  plan: text,
  title: text,
  purpose: text,
  facts: v.array(factSchema),
});

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
        }),
      ),
    }),
  },
  'plan.sample': { input: nothing, output: planPreview },
  'plan.choose': { input: nothing, output: v.nullable(planPreview) },
  'ceremony.open': { input: v.strictObject({ plan: v.pipe(text, v.regex(/^[0-9a-f]{64}$/u)) }), output: viewSchema },
  'ceremony.resume': { input: v.strictObject({ ceremony: id }), output: viewSchema },
  'ceremony.view': { input: nothing, output: v.nullable(viewSchema) },
  'ceremony.confirmStep': {
    input: v.strictObject({ step: id, ticks: ids, confirmedBy: ids, input: stepInputSchema }),
    output: viewSchema,
  },
  'ceremony.reopenToken': { input: v.strictObject({ pin, confirmedBy: ids }), output: viewSchema },
  /** Looks again what became of work that was interrupted. */
  'ceremony.lookAgain': { input: nothing, output: viewSchema },
  /** Stops the ceremony for good, with the reason in the log: at any step, by anybody. */
  'ceremony.stop': { input: v.strictObject({ step: id, reason }), output: viewSchema },
  /** Goes on without the key whose work has failed, by the people whom the step names, with the reason in the log. */
  'ceremony.leaveOutKey': {
    input: v.strictObject({ step: id, key: id, confirmedBy: ids, reason }),
    output: viewSchema,
  },
  'ceremony.leave': { input: nothing, output: v.null() },
  'media.list': { input: v.strictObject({ direction }), output: v.array(medium) },
  'media.browse': { input: v.strictObject({ direction }), output: v.nullable(medium) },
} as const satisfies CallTable;

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type StepInput = v.InferOutput<typeof stepInputSchema>;
export type HostHandlers = Handlers<Calls>;
export type WindowClient = Client<Calls>;
export type PlanPreview = v.InferOutput<typeof planPreview>;
export type Medium = v.InferOutput<typeof medium>;
export type About = v.InferOutput<Calls['app.about']['output']>;

/** What main tells the window unasked. */
export const notices = { 'ceremony.changed': viewSchema } as const;

export type NoticeName = keyof typeof notices;
export type NoticePayload<N extends NoticeName> = v.InferOutput<(typeof notices)[N]>;
