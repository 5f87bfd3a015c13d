import type { Locator, Page } from '@playwright/test';

// Where things are on the screens, by role and accessible name. Nothing is asserted here.

/** The screen the application opens with. */
export class StartScreen {
  readonly title: Locator;
  readonly rehearse: Locator;
  readonly openPlan: Locator;
  readonly resume: Locator;

  constructor(page: Page) {
    this.title = page.getByRole('heading', { level: 1, name: 'Ferry a key across the air gap' });
    this.rehearse = page.getByRole('button', { name: 'Rehearse with the sample plan' });
    this.openPlan = page.getByRole('button', { name: 'Open a plan…' });
    this.resume = page.getByRole('button', { name: 'Resume' });
  }
}

/** A plan, read before it begins. */
export class PlanScreen {
  readonly begin: Locator;

  constructor(page: Page) {
    this.begin = page.getByRole('button', { name: 'Begin the rehearsal' });
  }
}

/** One step of a ceremony. */
export class StepScreen {
  readonly title: Locator;
  readonly ticks: Locator;
  readonly confirmers: Locator;
  readonly names: Locator;
  readonly organisations: Locator;
  readonly pins: Locator;
  readonly keyIds: Locator;
  /** Beside each id that may be declined instead of typed. */
  readonly declines: Locator;
  /** The primary action while a key is declined. */
  readonly goOnDeclining: Locator;
  readonly chooseFolder: Locator;
  readonly busy: Locator;
  readonly refusal: Locator;
  readonly status: Locator;
  readonly currentStep: Locator;
  readonly stop: Locator;
  /** Beside the checks of a step that compares. */
  readonly stopOverMismatch: Locator;
  /** Beside what was refused, where one key of several is concerned. */
  readonly goOnWithout: Locator;
  /** Which key of how many is at work. */
  readonly progress: Locator;

  constructor(page: Page) {
    const main = page.getByRole('main');
    const people = main.getByRole('region', { name: 'Who confirms: each ticks their own name' });
    this.title = main.getByRole('heading', { level: 1 });
    this.ticks = main.getByRole('group', { name: 'Tick what you have checked' }).getByRole('checkbox');
    this.confirmers = people.getByRole('checkbox');
    this.names = main.getByRole('textbox', { name: /^Name of / });
    this.organisations = main.getByRole('textbox', { name: /^Organisation of / });
    this.pins = main.getByLabel(/\bPIN\b/);
    this.keyIds = main.getByRole('textbox', { name: /^Type / });
    this.declines = main.getByRole('checkbox', { name: /^No: decline / });
    this.goOnDeclining = page.getByRole('button', { name: 'Confirm, and decline 1 key' });
    this.chooseFolder = main.getByRole('button', { name: 'Choose a folder…' });
    this.busy = main.getByRole('timer');
    this.refusal = main.getByRole('alert');
    this.status = page.getByRole('status');
    this.currentStep = page.getByRole('navigation', { name: 'Journey' }).locator('[aria-current="step"]');
    this.stop = page.getByRole('button', { name: 'Stop…', exact: true });
    this.goOnWithout = main.getByRole('button', { name: /^Go on without .*…$/ });
    this.progress = main.getByText(/^Key \d+ of \d+/);
    this.stopOverMismatch = main.getByRole('button', { name: 'It does not match: stop…' });
  }
}

/** The question before a ceremony is stopped for good. */
export class StopDialog {
  readonly dialog: Locator;
  readonly knownReason: Locator;
  readonly reason: Locator;
  readonly safe: Locator;
  readonly stop: Locator;

  constructor(page: Page) {
    this.dialog = page.getByRole('alertdialog', { name: 'Stop this ceremony for good?' });
    this.knownReason = this.dialog.getByRole('radio').first();
    this.reason = this.dialog.getByRole('textbox');
    this.safe = this.dialog.getByRole('button', { name: 'Do not stop' });
    this.stop = this.dialog.getByRole('button', { name: 'Stop the ceremony' });
  }
}

/** The question before the people go on without a key. */
export class LeaveOutDialog {
  readonly dialog: Locator;
  readonly reason: Locator;
  readonly deciders: Locator;
  readonly safe: Locator;
  readonly goOn: Locator;

  constructor(page: Page) {
    this.dialog = page.getByRole('alertdialog', { name: /^Go on without / });
    this.reason = this.dialog.getByRole('textbox');
    this.deciders = this.dialog.getByRole('checkbox');
    this.safe = this.dialog.getByRole('button', { name: 'Do not leave it out' });
    this.goOn = this.dialog.getByRole('button', { name: /^Go on without / });
  }
}

/** How a ceremony ended, and the way back. */
export class EndScreen {
  readonly sheet: Locator;
  readonly backToStart: Locator;

  constructor(page: Page) {
    this.sheet = page.getByRole('main');
    this.backToStart = page.getByRole('button', { name: 'Back to the start' });
  }
}
