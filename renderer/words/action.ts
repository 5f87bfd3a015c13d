import { counted } from './format.ts';

/** The step at which an aborted ceremony destroys keys or keeps them: to say no there is to keep. */
const destroying = 'abort.destroy';

/**
 * Says what becomes of a key to which the people say no.
 * @param step - id of the step that asks for ids to be typed
 * @returns `keep` after an abort, `decline` where a weak wrap is accepted
 */
export function noAt(step: string): 'keep' | 'decline' {
  return step === destroying ? 'keep' : 'decline';
}

/**
 * Says what the primary action will do, once the people have said no to some of the keys.
 * @param step - the step on screen
 * @param declined - how many keys they say no to
 */
export function actionOf(
  {
    id,
    action,
    asks,
  }: { readonly id: string; readonly action: string; readonly asks: { readonly keyIds: readonly string[] } },
  declined: number,
): string {
  if (declined === 0) return action;
  if (noAt(id) === 'decline') return `Confirm, and decline ${counted(declined, 'key')}`;
  return declined === asks.keyIds.length
    ? `Keep ${counted(declined, 'key')}`
    : `${action}, and keep ${counted(declined, 'key')}`;
}
