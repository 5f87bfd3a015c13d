import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Looks for violations in both themes. @returns each with its theme, its rule and where it is */
export async function violations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const theme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme: theme });
    // Electron has no second page in which axe could merge the results of frames; there are no frames.
    const { violations: all } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    found.push(
      ...all.map(({ id, nodes }) => `${theme} ${id} ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
    );
  }
  return found;
}
