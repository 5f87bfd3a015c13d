import * as v from 'valibot';
import { phases } from '../ceremony/step.ts';
import { roles } from '../ceremony/roles.ts';

/** What the window shows, ready to be drawn: no screen computes anything about the ceremony itself. */
const text = v.string();
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const status = v.picklist(['done', 'now', 'to-come']);
const role = v.picklist(roles);
const sha256 = v.pipe(text, v.regex(/^[0-9a-f]{64}$/u));

/** Who must confirm: so many of each role, of these people. */
const confirmersSchema = v.array(
  v.strictObject({ role, needed: count, people: v.array(v.strictObject({ id: text, name: text, initials: text })) }),
);

const person = v.strictObject({ id: text, name: text, initials: text });
const acts = v.strictObject({ role, names: v.array(text) });

/** What the token says of its PIN before the next try, and who may type it. */
const pinAsked = v.strictObject({
  /** True where the token takes the PIN on a pad of its own. */
  pad: v.boolean(),
  /** What its flags say; null while they say nothing. */
  warning: v.nullable(text),
  /** True when one more wrong PIN locks the token: somebody must say that they know. */
  isFinalTry: v.boolean(),
  people: v.array(person),
});

/** Something to look at. Fingerprints come whole; the window breaks them into groups and numbers the words. */
export const factSchema = v.variant('kind', [
  v.strictObject({
    kind: v.literal('values'),
    caption: text,
    items: v.array(v.strictObject({ label: text, value: text, isCode: v.boolean() })),
  }),
  v.strictObject({ kind: v.literal('fingerprint'), caption: text, hex: sha256, words: v.array(text) }),
  v.strictObject({ kind: v.literal('table'), caption: text, columns: v.array(text), rows: v.array(v.array(text)) }),
  v.strictObject({ kind: v.literal('notice'), rule: text, text }),
  /** Something that ends: shown with the time that is left. `ends` is ISO 8601 with Z. */
  v.strictObject({ kind: v.literal('deadline'), caption: text, ends: text }),
]);

export const refusalSchema = v.strictObject({
  rule: text,
  cause: text,
  remedy: text,
  code: v.optional(text),
  key: v.optional(text),
});

/** Something that did not go as planned, as it stands in the log. */
const exceptionSchema = v.strictObject({
  exception: count,
  subject: text,
  step: text,
  expected: text,
  happened: text,
  /** Who noticed it: a name, or Keyferry. */
  openedBy: text,
  rule: v.nullable(text),
  closed: v.nullable(v.strictObject({ decided: text, key: v.nullable(text), by: v.array(text) })),
});

export const stepViewSchema = v.strictObject({
  id: text,
  number: text,
  title: text,
  /** Id of the key that it is about; null when it is about none. */
  key: v.nullable(text),
  kind: v.picklist([
    'confirm',
    'name-people',
    'register-keys',
    'choose-pin',
    'enter-pin',
    'choose-inbound',
    'choose-outbound',
    'type-key-ids',
  ]),
  /** Who acts, and their names once roll call has been held. */
  acts,
  says: v.array(text),
  facts: v.array(factSchema),
  ticks: v.array(v.strictObject({ id: text, text })),
  confirmers: confirmersSchema,
  /** So many different people must confirm in all. */
  distinctPeople: count,
  /** True where whoever confirms signs what the screen shows, with a passphrase. */
  sensitive: v.boolean(),
  action: text,
  asks: v.strictObject({
    /** Roll call: one seat per person the plan wants. */
    seats: v.array(role),
    /** Outbound media to choose. */
    folders: count,
    /** Ids to be typed by hand, in this order. */
    keyIds: v.array(text),
    /** Why they are typed: a warning, what to do, and whether one may be left empty to say no; null where none are. */
    typing: v.nullable(v.strictObject({ warning: text, instruction: text, mayDecline: v.boolean() })),
    /** Who seals an approval key, in turn, and who has. */
    keys: v.array(v.strictObject({ ...person.entries, isDone: v.boolean() })),
    /** How the PIN is given; null where none is asked for. */
    pin: v.nullable(pinAsked),
  }),
  /** Title of the step after this one; null at the end. */
  next: v.nullable(text),
});

export const viewSchema = v.strictObject({
  ceremony: text,
  title: text,
  mode: v.picklist(['rehearsal', 'production']),
  journey: v.array(
    v.strictObject({
      id: v.picklist(phases.map((phase) => phase.id)),
      number: count,
      title: text,
      status,
      steps: v.array(v.strictObject({ id: text, number: text, title: text, key: v.nullable(text), status })),
    }),
  ),
  /** Null once every step is done. */
  step: v.nullable(stepViewSchema),
  room: v.strictObject({
    people: v.array(
      v.strictObject({
        ...person.entries,
        organisation: text,
        roles: v.array(role),
        isAbsent: v.boolean(),
        /** Which try with the passphrase the next one is, and after how many wrong ones in a row an exception is opened. */
        passphraseTry: v.strictObject({ number: count, of: count }),
      }),
    ),
    token: v.nullable(v.strictObject({ label: text, serial: text })),
    airGap: v.picklist(['closed', 'open', 'not-checked']),
    log: v.strictObject({ size: count, head: sha256 }),
    /** The import token that ends first: the key it is for, and when, ISO 8601 with Z. */
    deadline: v.nullable(v.strictObject({ key: text, ends: text })),
  }),
  /** What the machine is doing now, since when (ISO 8601), how long that takes as a rule, and what to do after that. */
  work: v.nullable(
    v.strictObject({
      what: text,
      key: v.nullable(text),
      since: text,
      normalSeconds: count,
      afterwards: text,
      /** Which piece of how many this is; null for work of one piece. */
      progress: v.nullable(v.strictObject({ piece: count, of: count })),
    }),
  ),
  /** Why the work of the current step did not complete. */
  refusal: v.nullable(refusalSchema),
  /** What is being approved now, and whose approvals hold for it; null while nothing is asked. */
  approval: v.nullable(v.strictObject({ subject: text, sha256, by: v.array(text) })),
  /** Everything that did not go as planned, in order. */
  exceptions: v.array(exceptionSchema),
  /** What closing an exception takes: the quorum, and the key that may be left out for it; null while none is open. */
  closing: v.nullable(
    v.strictObject({
      /** The first open one. */
      exception: count,
      subject: text,
      /** Who leads, and their names as far as they are here. */
      acts,
      confirmers: confirmersSchema,
      distinctPeople: count,
      leaveOut: v.nullable(text),
    }),
  ),
  /** Since a break was asked for, or Keyferry was started anew: who is waited for, and who has been identified again. */
  onBreak: v.nullable(
    v.strictObject({
      kind: v.picklist(['break', 'restart']),
      reason: text,
      by: v.nullable(text),
      /** After a restart: where the log stood when it was found. */
      found: v.nullable(v.strictObject({ size: count, head: sha256 })),
      waiting: v.array(person),
      returned: v.array(person),
    }),
  ),
  /** Whether a break can be asked for now. */
  mayBreak: v.boolean(),
  custody: v.strictObject({
    bags: v.array(v.strictObject({ bag: text, status: v.picklist(['sealed', 'open', 'destroyed']) })),
    /** Each line of the register: what happened, to what, by whom and seen by whom. */
    lines: v.array(v.strictObject({ what: text, thing: text, detail: text, by: text, witness: text })),
  }),
  /** How the ceremony stands, or ended. */
  outcome: v.picklist(['open', 'suspended', 'completed', 'aborted-clean', 'aborted-with-keys-present']),
  /** The token must be opened again with its PIN before the ceremony can go on, and by whom; null otherwise. */
  reopen: v.nullable(v.strictObject({ confirmers: confirmersSchema, distinctPeople: count, pin: pinAsked })),
  /** True when work was interrupted and nobody has been able to see yet what became of it. */
  isUnsettled: v.boolean(),
  /** Why the ceremony was aborted before its end; null when it was not. */
  stopped: v.nullable(
    v.strictObject({
      step: text,
      reason: text,
      /** What was under way then, and where something of it may be; null when nothing was. */
      unsettled: v.nullable(text),
      /** Id of a key that may be in the token; null when there is none. */
      keyInDoubt: v.nullable(text),
    }),
  ),
  /** The copies of the bundle that are written: on which medium, and in which folder of it. */
  copies: v.array(v.strictObject({ copy: count, folder: text, bundle: text })),
  /** SHA-256 of the manifest, the same in every copy; null before one is written. */
  manifestSha256: v.nullable(sha256),
  /** How many keys are carried, of how many that the plan has. */
  carried: v.strictObject({ keys: count, of: count }),
  /** Keys that the people went on without, and why. */
  leftOut: v.array(v.strictObject({ key: text, reason: text })),
  /** Ids of the keys that this ceremony has left in the token so far. */
  keysInToken: v.array(text),
  isClosed: v.boolean(),
});

export type CeremonyView = v.InferOutput<typeof viewSchema>;
export type StepView = v.InferOutput<typeof stepViewSchema>;
export type Fact = v.InferOutput<typeof factSchema>;
