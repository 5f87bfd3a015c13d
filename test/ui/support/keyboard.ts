import { expect, type Locator, type Page } from '@playwright/test';

/** Does everything with the keyboard: what cannot be reached with Tab cannot be done. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Tabs until the element has the focus. @throws when a whole round does not come past it */
  async reach(target: Locator): Promise<void> {
    await target.waitFor();
    for (let presses = 0; presses < 200; presses += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.#page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${String(target)}`);
  }

  /** Activates a button. */
  async push(button: Locator): Promise<void> {
    await this.reach(button);
    await this.#page.keyboard.press('Enter');
  }

  async tick(box: Locator): Promise<void> {
    await this.reach(box);
    await this.#page.keyboard.press('Space');
  }

  async type(field: Locator, text: string): Promise<void> {
    await this.reach(field);
    await this.#page.keyboard.type(text);
  }

  /** Chooses the option of a list that begins with these words. */
  async choose(field: Locator, words: string): Promise<void> {
    await this.reach(field);
    await this.#page.keyboard.type(words);
    await expect(field.locator('option:checked')).toHaveText(new RegExp(`^${words}`, 'u'));
  }

  /** Asks for the primary action, from wherever the focus is. */
  async proceed(): Promise<void> {
    await this.#page.keyboard.press('Enter');
  }
}
