import type { Locator, Page } from '@playwright/test';

// What ends a ceremony before its last step, by role and accessible name. Nothing is asserted here.

/** The question before a ceremony is aborted. */
export class AbortDialog {
  /** In the footer of every screen. */
  readonly open: Locator;
  /** Beside the checks of a step that compares. */
  readonly openOverMismatch: Locator;
  readonly dialog: Locator;
  readonly knownReason: Locator;
  readonly reason: Locator;
  readonly safe: Locator;
  readonly abort: Locator;

  constructor(page: Page) {
    this.open = page.getByRole('button', { name: 'Abort…', exact: true });
    this.openOverMismatch = page.getByRole('button', { name: 'It does not match: abort…' });
    this.dialog = page.getByRole('alertdialog', { name: /^(Abort this ceremony|End the aborted ceremony here)\?$/ });
    this.knownReason = this.dialog.getByRole('radio').first();
    this.reason = this.dialog.getByRole('textbox');
    this.safe = this.dialog.getByRole('button', { name: /^Do not (abort|end it)$/ });
    this.abort = this.dialog.getByRole('button', { name: /^(Abort the ceremony|End it here)$/ });
  }
}
