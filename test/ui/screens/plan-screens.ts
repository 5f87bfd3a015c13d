import type { Locator, Page } from '@playwright/test';

// Where things are on the screens about plans, by role and accessible name. Nothing is asserted here.

/** The form in which a plan is made, and what it says of the plan. */
export class PlanEditorScreen {
  /** On the start screen: leads here. */
  readonly begin: Locator;
  readonly title: Locator;
  readonly addKey: Locator;
  readonly save: Locator;
  readonly saved: Locator;
  readonly back: Locator;
  readonly status: Locator;
  /** What the plan would do. */
  readonly outlook: Locator;
  readonly parts: Locator;
  readonly steps: Locator;
  readonly hash: Locator;
  readonly #main: Locator;

  constructor(page: Page) {
    this.#main = page.getByRole('main');
    this.begin = page.getByRole('button', { name: 'Make a plan' });
    this.title = this.#main.getByRole('heading', { level: 1, name: 'Make a plan' });
    this.addKey = this.#main.getByRole('button', { name: 'Add a key' });
    this.save = page.getByRole('button', { name: 'Save the plan…' });
    this.saved = this.#main.getByRole('heading', { name: 'The plan is saved' });
    this.back = page.getByRole('button', { name: 'Back' });
    this.status = page.locator('#action-status');
    this.outlook = page.getByRole('complementary', { name: 'What this plan would do' });
    this.parts = this.outlook.getByRole('list', { name: 'Parts of the script' }).getByRole('listitem');
    this.steps = this.outlook.getByRole('list', { name: /^Steps of / }).getByRole('listitem');
    this.hash = this.outlook.getByRole('list', { name: 'SHA-256 of the plan, in hex' });
  }

  /** A field of the plan itself. */
  field(label: string): Locator {
    return this.#main.getByRole('textbox', { name: label });
  }

  /** The section of one key. */
  key(number: number): KeyForm {
    return new KeyForm(this.#main.getByRole('region', { name: new RegExp(`^Key ${number}\\b`) }));
  }

  removeKey(number: number): Locator {
    return this.#main.getByRole('button', { name: `Remove key ${number}` });
  }
}

/** What is filled in of one key. */
export class KeyForm {
  readonly section: Locator;

  constructor(section: Locator) {
    this.section = section;
  }

  field(label: string): Locator {
    return this.section.getByRole('textbox', { name: label });
  }

  choice(label: string): Locator {
    return this.section.getByRole('combobox', { name: label });
  }

  tick(label: string): Locator {
    return this.section.getByRole('checkbox', { name: label, exact: true });
  }
}

/** A plan that was opened, and its approval. */
export class PlanReviewScreen {
  readonly hash: Locator;
  readonly approve: Locator;
  readonly approval: Locator;
  readonly refusal: Locator;
  readonly back: Locator;
  readonly dialog: Locator;
  readonly digits: Locator;
  readonly approver: Locator;
  readonly capacity: Locator;
  readonly confirm: Locator;

  constructor(page: Page) {
    const main = page.getByRole('main');
    this.hash = main.getByRole('list', { name: 'SHA-256 of the plan, in hex' });
    this.approve = page.getByRole('button', { name: 'Approve this plan…' });
    this.approval = main.getByText(/^\s*Approved by /);
    this.refusal = main.getByRole('alert');
    this.back = page.getByRole('button', { name: 'Back' });
    this.dialog = page.getByRole('alertdialog', { name: 'Approve this plan?' });
    this.digits = this.dialog.getByRole('textbox', { name: /^First eight digits/ });
    this.approver = this.dialog.getByRole('textbox', { name: 'Who approves it' });
    this.capacity = this.dialog.getByRole('textbox', { name: 'In which capacity' });
    this.confirm = this.dialog.getByRole('button', { name: 'Approve the plan' });
  }
}
