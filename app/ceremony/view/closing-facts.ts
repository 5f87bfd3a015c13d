import { bundleName } from '../../bundle/layout.ts';
import type { Fact } from '../../contract/view.ts';
import { hexGroups } from '../../keys/fingerprint.ts';
import { specInWords } from '../../keys/specs.ts';
import { bagsOf } from '../custody.ts';
import { keysLeftInToken, type CeremonyState, type ExceptionRecord } from '../state.ts';
import { ckaIdOf } from '../work.ts';
import { values } from './fact-forms.ts';

/** What everybody signs at the end besides what the steps before showed: the exceptions and the register. */
export function closingFacts(state: CeremonyState): Fact[] {
  return [exceptionList(state), ...bagList(state)];
}

/** `none` is said, not left out: a record without exceptions shows that somebody looked. */
function exceptionList({ exceptions }: CeremonyState): Fact {
  if (exceptions.length === 0) return values('Exceptions', [['Exceptions', 'none']]);
  return {
    kind: 'table',
    caption: 'Exceptions',
    columns: ['No.', 'At step', 'What happened', 'What was decided'],
    rows: exceptions.map((record) => [String(record.exception), record.step, record.happened, decidedOf(record)]),
  };
}

function decidedOf({ closed }: ExceptionRecord): string {
  if (closed === null) return 'nothing yet: it is open';
  return closed.key === null ? closed.decided : `${closed.decided} (without ${closed.key})`;
}

function bagList({ custody }: CeremonyState): Fact[] {
  const bags = [...bagsOf(custody)];
  if (bags.length === 0) return [];
  return [
    { kind: 'table', caption: 'Bags', columns: ['Bag', 'Now'], rows: bags.map(([bag, status]) => [bag, status]) },
  ];
}

/** After an abort: what is on the token and on the media, and the work of which nobody knows what became. */
export function leftBehind(state: CeremonyState): Fact[] {
  const left = keysLeftInToken(state);
  const keys = state.plan.keys.filter(({ id }) => left.includes(id));
  const unsettled = unsettledInWords(state);
  return [
    ...(keys.length === 0
      ? [values('Keys made today that are in the token', [['Keys', 'none']])]
      : [
          {
            kind: 'table' as const,
            caption: 'Keys made today that are in the token',
            columns: ['Key', 'Kind', 'CKA_ID'],
            rows: keys.map((key) => [key.id, specInWords(key.spec), ckaIdOf(state.ceremony, key)]),
          },
        ]),
    ...(state.copies.length === 0
      ? [values('Written to media', [['Copies', 'none']])]
      : [
          {
            kind: 'table' as const,
            caption: 'Written to media',
            columns: ['Copy', 'Folder', 'Bundle', 'SHA-256 of its manifest'],
            rows: state.copies.map(({ copy, folder, manifestSha256 }) => [
              String(copy),
              folder,
              bundleName(state.ceremony),
              hexGroups(manifestSha256).join(' '),
            ]),
          },
        ]),
    ...(unsettled === null ? [] : [values('Not known', [['Under way when it was aborted', unsettled]])]),
  ];
}

/**
 * What was under way when the ceremony was aborted, and where something of it may be.
 * @param state - the ceremony
 * @returns a sentence; null when nothing was under way
 */
export function unsettledInWords(state: CeremonyState): string | null {
  const unsettled = state.stopped?.unsettled ?? null;
  if (unsettled === null) return null;
  switch (unsettled.kind) {
    case 'make-key':
      return `Key ${unsettled.key} was being made. It may be in the token, with CKA_ID ${unsettled.ckaId}.`;
    case 'destroy-key':
      return `Key ${unsettled.key} was being destroyed. It may be in the token still, with CKA_ID ${unsettled.ckaId}.`;
    case 'write-copy':
      return `Copy ${unsettled.copy} was being written to ${unsettled.folder}. Part of a bundle may be there.`;
    case 'wrap-key':
      return `Key ${unsettled.key} was being wrapped. What came of it did not leave this workstation.`;
    case 'make-log-key':
      return 'The key that signs the log was being made. It may be in the token; it signs nothing else.';
    case 'sign-checkpoint':
    case 'sign-bundle':
      return 'The token was signing the log. It leaves nothing behind but a signature.';
    case 'destroy-log-key':
      return 'The key that signed the log was being destroyed. It may be in the token still; it signs nothing else.';
    default:
      return 'Something was being read. It leaves nothing behind.';
  }
}
