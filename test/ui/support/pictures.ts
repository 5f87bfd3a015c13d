import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';

/** Where the pictures of the README are to go; the user who opens the window must be able to write there. */
const folder = process.env['KEYFERRY_SCREENSHOTS'];

/** A step as it appears, once it is filled in, or when its work was refused. */
type Moment = 'appeared' | 'filled-in' | 'refused';

/** What the README shows: ceremony, step and moment by the name of the picture. */
const shown = {
  'four-clouds 5.1 refused': 'refused-step',
  'four-clouds 6.2 filled-in': 'approve-step',
  'six-people 3.2 filled-in': 'pin-in-parts',
  'six-people exception appeared': 'exception',
  'six-people 4.2 appeared': 'compare-step',
  'six-people 5.2 filled-in': 'journey',
  'six-people break appeared': 'break',
  'six-people 6.1 filled-in': 'approvals',
  'six-people 6.2 filled-in': 'wrap-step',
  'six-people 7.1 refused': 'approval-void',
} as const satisfies Record<`${string} ${string} ${Moment}`, string>;

/**
 * Takes the picture of a step, where pictures are wanted and the README shows this moment of it.
 * @param at - what stands at the top of the picture; the title of the step unless it is named
 */
export async function takePicture(
  page: Page,
  ceremony: 'four-clouds' | 'six-people',
  number: string,
  moment: Moment,
  at?: Locator,
): Promise<void> {
  const name = Object.entries(shown).find(([when]) => when === `${ceremony} ${number} ${moment}`)?.[1];
  if (folder === undefined || name === undefined) return;
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('main').evaluate((main) => main.scrollTo(0, 0));
  await at?.evaluate((element) => element.scrollIntoView());
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Takes a picture of a screen in both themes, to be looked at, where pictures are wanted. */
export async function takeInBothThemes(page: Page, name: string): Promise<void> {
  if (folder === undefined) return;
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, `${name}-${colorScheme}.png`) });
  }
}
