import { counted } from './format.ts';

/**
 * Says what the primary action will do, once the people have said no to some of the keys.
 * @param action - what the step says
 * @param declined - how many keys they decline
 */
export function actionOf(action: string, declined: number): string {
  return declined === 0 ? action : `Confirm, and decline ${counted(declined, 'key')}`;
}
