import { isApprovalKey, isSignedBy } from '../approval/signature.ts';
import { parametersSha256, statementBytes, type Statement } from '../approval/statement.ts';
import { refuse } from '../rules/refusal.ts';
import { factsOf, type Opened } from './log-facts.ts';
import { followRoom, isEverybodyRegistered, namedIn, type Moment, type Room } from './room.ts';
import type { ToldEventOf } from './told-events.ts';
import { holds, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-APPROVALS-SIGNED';

/** Where the people seal their keys: none is registered after it was confirmed. */
const registration = 'roll-call.present';

/** An event with somebody's signature, and the ceremony that it is for. */
interface Signed {
  readonly person: string;
  readonly signature: string;
  readonly log: { readonly size: number; readonly head: string };
}

/**
 * Whether every signature in the log is one: each new approval key over the roll call of its person, each approval over
 * exactly what was asked, each return over the roll call again; each statement made anew from the log, its place included.
 * And whether everybody named at roll call has one key, which is nobody else's.
 * @throws Refused with BUNDLE-APPROVALS-SIGNED
 */
export function checkApprovals({ entries }: Readings): Finding {
  const { opened } = factsOf(entries.slice(0, 1));
  if (opened === null) return refuse(rule, 'The log does not begin with the opening of a ceremony.');
  let isRegistered = false;
  const after = followRoom(entries, (moment) => {
    const { event, room } = moment;
    if (event.type === 'step-confirmed' && event.step === registration) isRegistered = true;
    if (event.type === 'step-confirmed') checkNaming(event, room);
    if (event.type === 'approval-key-registered') checkRegistration(opened, moment, event, isRegistered);
    if (event.type === 'approval-asked') checkAsking(opened, event);
    if (event.type === 'approval-given') checkApproval(opened, moment, event);
    if (event.type === 'person-returned') checkSignature(opened, moment, event, ofPerson('return', event, room));
  });
  if (!isEverybodyRegistered(after))
    refuse(rule, 'Somebody of the roll call has no approval key, or nobody was named.');
  const count = (type: string): number => entries.filter(({ event }) => event.type === type).length;
  return holds(
    `${after.keys.size} keys, ${count('approval-given')} approvals and ${count('person-returned')} returns, each signed by its person`,
  );
}

/** Somebody else under the id of one who has a key could approve for nobody in the room. */
function checkNaming(event: ToldEventOf<'step-confirmed'>, { keys, people }: Room): void {
  const { step } = event;
  if (namedIn(event) !== null && keys.size > 0) refuse(rule, `At ${step} people were named after somebody had a key.`);
  if (step === registration && !isEverybodyRegistered({ keys, people })) {
    refuse(rule, `At ${step} somebody had no approval key yet.`);
  }
}

function checkRegistration(
  opened: Opened,
  moment: Moment,
  event: ToldEventOf<'approval-key-registered'>,
  isOver: boolean,
): void {
  const { person, publicKey } = event;
  const { keys } = moment.room;
  if (isOver) refuse(rule, `A key of ${person} was registered after ${registration}.`);
  if (keys.has(person)) refuse(rule, `A second key of ${person} was registered.`);
  if ([...keys.values()].includes(publicKey)) refuse(rule, `The key of ${person} is somebody else’s already.`);
  if (!isApprovalKey(publicKey)) refuse(rule, `The key of ${person} is no P-256 key.`);
  const registered = { ...moment, room: { ...moment.room, keys: new Map(keys).set(person, publicKey) } };
  checkSignature(opened, registered, event, ofPerson('roll-call', event, moment.room));
}

function checkAsking({ planSha256 }: Opened, { subject, parameters, sha256 }: ToldEventOf<'approval-asked'>): void {
  if (parametersSha256(parameters) !== sha256)
    refuse(rule, `What was shown of ${subject} has another hash than was asked.`);
  // A decision on an exception is shown otherwise than a step.
  const isOfKind = 'decided' in parameters === subject.startsWith('exception.');
  if (!isOfKind || parameters.subject !== subject || parameters.plan !== planSha256) {
    refuse(rule, `What was shown of ${subject} is of something else, or of another plan.`);
  }
}

function checkApproval(opened: Opened, moment: Moment, event: ToldEventOf<'approval-given'>): void {
  const { subject, person, parametersSha256: parameters } = event;
  const { approval } = moment.room;
  if (approval?.subject !== subject || approval.sha256 !== parameters) {
    refuse(rule, `${person} approved ${subject}, which was not what was asked then.`);
  }
  if (approval.by.includes(person)) refuse(rule, `${person} approved ${subject} twice.`);
  checkSignature(opened, moment, event, { purpose: 'approval', subject, parameters });
}

/** Who signs the roll call signs the whole record of themselves in it. */
function ofPerson(
  purpose: 'roll-call' | 'return',
  { person }: Signed,
  { people }: Room,
): Pick<Statement, 'purpose' | 'subject' | 'parameters'> {
  const named = people.get(person) ?? refuse(rule, `${person} signed, but was not named at roll call.`);
  return { purpose, subject: purpose, parameters: parametersSha256(named) };
}

/** By the key of that person, of the people who are there, over this place of the log. */
function checkSignature(
  { ceremony, planSha256 }: Opened,
  { entry, room }: Moment,
  { person, signature, log }: Signed,
  said: Pick<Statement, 'purpose' | 'subject' | 'parameters'>,
): void {
  const key = room.keys.get(person);
  if (key === undefined || !room.people.has(person) || room.absent.has(person)) {
    return refuse(rule, `Entry ${entry.sequence}: ${person} has no approval key, or had left for good.`);
  }
  if (log.size !== entry.sequence - 1 || log.head !== entry.previous) {
    refuse(rule, `Entry ${entry.sequence}: ${person} signed at another place of a log.`);
  }
  const { size, head } = log;
  const statement = { ceremony, planSha256, ...said, person, log: { size, head } };
  if (!isSignedBy(key, statementBytes(statement), signature)) {
    refuse(rule, `Entry ${entry.sequence}: the signature is not by ${person} over what the log tells.`);
  }
}
