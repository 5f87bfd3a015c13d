import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** Where the pictures of the README are to go; the user who opens the window must be able to write there. */
const folder = process.env['KEYFERRY_SCREENSHOTS'];

/** The steps that the README shows, by number: pictures of the step as it appears, or once it is filled in. */
const shown: Readonly<Record<string, { readonly name: string; readonly moment: 'appeared' | 'filled-in' }>> = {
  '4.2': { name: 'compare-step', moment: 'appeared' },
  '5.2': { name: 'journey', moment: 'filled-in' },
  '6.2': { name: 'wrap-step', moment: 'filled-in' },
};

/** Takes the picture of a step, where pictures are wanted and the README shows this moment of it. */
export async function takePicture(page: Page, number: string, moment: 'appeared' | 'filled-in'): Promise<void> {
  const picture = shown[number];
  if (folder === undefined || picture?.moment !== moment) return;
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('main').evaluate((main) => main.scrollTo(0, 0));
  await page.screenshot({ path: join(folder, `${picture.name}.png`) });
}
