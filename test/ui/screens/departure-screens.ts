import type { Locator, Page } from '@playwright/test';

// Where exceptions, breaks and the register are noted, by role and accessible name. Nothing is asserted here.

/** Something that was noticed by people. */
export class NoteDialog {
  readonly expected: Locator;
  readonly happened: Locator;
  readonly by: Locator;
  readonly open: Locator;

  constructor(page: Page) {
    const dialog = page.getByRole('dialog', { name: 'Exceptions' });
    this.expected = dialog.getByRole('textbox', { name: 'What was expected' });
    this.happened = dialog.getByRole('textbox', { name: 'What happened' });
    this.by = dialog.getByRole('combobox', { name: 'Who noticed it' });
    this.open = dialog.getByRole('button', { name: /^Open exception \d+$/ });
  }
}

/** A break that somebody asks for. */
export class BreakDialog {
  readonly reason: Locator;
  readonly by: Locator;
  readonly begin: Locator;

  constructor(page: Page) {
    const dialog = page.getByRole('dialog', { name: 'Ask for a break' });
    this.reason = dialog.getByRole('textbox', { name: 'The reason, for the log' });
    this.by = dialog.getByRole('combobox', { name: 'Who asks for it' });
    this.begin = dialog.getByRole('button', { name: 'Begin the break' });
  }
}

/** The custody register. */
export class RegisterDialog {
  readonly open: Locator;
  readonly what: Locator;
  readonly bag: Locator;
  readonly content: Locator;
  readonly asListed: Locator;
  readonly by: Locator;
  readonly witness: Locator;
  readonly enter: Locator;
  readonly close: Locator;

  constructor(page: Page) {
    const dialog = page.getByRole('dialog', { name: 'Custody register' });
    this.open = page.getByRole('button', { name: 'Bags, media, cards…' });
    this.what = dialog.getByRole('combobox', { name: 'What happened' });
    this.bag = dialog.getByLabel('Number of the bag');
    this.content = dialog.getByRole('textbox', { name: 'What is in it' });
    this.asListed = dialog.getByRole('radio', { name: /^Yes/ });
    this.by = dialog.getByRole('combobox', { name: 'Who did it' });
    this.witness = dialog.getByRole('combobox', { name: 'Who saw it' });
    this.enter = dialog.getByRole('button', { name: 'Enter it in the register' });
    this.close = dialog.getByRole('button', { name: 'Close' });
  }
}
