import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** Where pictures are to go; none are taken without it. The user who opens the window must be able to write there. */
const folder = process.env['KEYFERRY_SCREENSHOTS'];

/** Takes a picture of a screen about plans in both themes, where pictures are wanted. */
export async function takePlanPicture(page: Page, name: string): Promise<void> {
  if (folder === undefined) return;
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(folder, 'plan', `${name}-${colorScheme}.png`) });
  }
}
