import * as v from 'valibot';
import { custodyRecordSchema } from '../ceremony/custody.ts';
import { refusalSchema, viewSchema } from './view.ts';
import type { CallTable } from './define.ts';
import { id, ids, passphrase, pin, reason } from './parts.ts';
import { stepInputSchema } from './step-input.ts';

const exception = v.pipe(v.number(), v.integer(), v.minValue(1));

/** What the people decide of an exception; `key` is the one that they go on without. */
const decision = v.strictObject({
  exception,
  decided: reason,
  decision: v.picklist(['go-on', 'leave-out']),
  key: v.nullable(id),
});

/** What people do besides confirming steps: sign, note what departs from the plan, go on a break, keep the register. */
export const peopleCalls = {
  /** Seals a new approval key with the first passphrase and proves it with the second. */
  'people.register': { input: v.strictObject({ person: id, passphrase, again: passphrase }), output: viewSchema },
  /** Signs what the current step shows, with what it was given. */
  'people.approve': {
    input: v.strictObject({ step: id, input: stepInputSchema, person: id, passphrase }),
    output: viewSchema,
  },
  /** Puts the current step with what it is given now to the people; approvals of anything else are void. */
  'people.ask': { input: v.strictObject({ step: id, input: stepInputSchema }), output: viewSchema },
  'people.openException': {
    input: v.strictObject({ expected: reason, happened: reason, openedBy: id }),
    output: viewSchema,
  },
  'people.approveException': {
    input: v.strictObject({ ...decision.entries, person: id, passphrase }),
    output: viewSchema,
  },
  'people.closeException': { input: v.strictObject({ ...decision.entries, confirmedBy: ids }), output: viewSchema },
  'people.startBreak': { input: v.strictObject({ reason, by: id }), output: viewSchema },
  'people.return': { input: v.strictObject({ person: id, passphrase }), output: viewSchema },
  'people.markAbsent': { input: v.strictObject({ person: id, reason }), output: viewSchema },
  'people.record': { input: v.strictObject({ record: custodyRecordSchema }), output: viewSchema },
  /** One part of the PIN, in the order in which they are typed; main passes it on and keeps nothing. */
  'people.addPinPart': {
    input: v.strictObject({ step: id, person: id, part: pin }),
    output: v.strictObject({ held: v.number() }),
  },
  /** Forgets the parts of the PIN typed so far, to begin again. */
  'people.clearPin': { input: v.strictObject({ step: id }), output: v.strictObject({ held: v.number() }) },
  /** Asks for the PKCS#11 module of a production ceremony, and lists its tokens. */
  'site.chooseModule': {
    input: v.strictObject({}),
    output: v.nullable(
      v.strictObject({
        module: id,
        path: v.string(),
        sha256: v.string(),
        tokens: v.array(
          v.strictObject({
            serial: v.string(),
            label: v.string(),
            manufacturer: v.string(),
            model: v.string(),
            firmware: v.string(),
          }),
        ),
        /** Why no production ceremony can use it; null when it can. */
        refusal: v.nullable(refusalSchema),
      }),
    ),
  },
} as const satisfies CallTable;
