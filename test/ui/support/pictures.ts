import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** Where the pictures of the README are to go; the user who opens the window must be able to write there. */
const folder = process.env['KEYFERRY_SCREENSHOTS'];

/** A step as it appears, once it is filled in, or when its work was refused. */
type Moment = 'appeared' | 'filled-in' | 'refused';

/** What the README shows: ceremony, step and moment by the name of the picture. */
const shown = {
  'one-cloud 4.2 appeared': 'compare-step',
  'one-cloud 5.2 filled-in': 'journey',
  'one-cloud 6.2 filled-in': 'wrap-step',
  'four-clouds 5.1 refused': 'refused-step',
  'four-clouds 6.1 filled-in': 'approve-step',
  'six-people 3.2 filled-in': 'pin-in-parts',
  'six-people exception appeared': 'exception',
  'six-people break appeared': 'break',
  'six-people 6.1 filled-in': 'approvals',
  'six-people 7.1 refused': 'approval-void',
} as const satisfies Record<`${string} ${string} ${Moment}`, string>;

/** Takes the picture of a step, where pictures are wanted and the README shows this moment of it. */
export async function takePicture(
  page: Page,
  ceremony: 'one-cloud' | 'four-clouds' | 'six-people',
  number: string,
  moment: Moment,
): Promise<void> {
  const name = Object.entries(shown).find(([when]) => when === `${ceremony} ${number} ${moment}`)?.[1];
  if (folder === undefined || name === undefined) return;
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('main').evaluate((main) => main.scrollTo(0, 0));
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
