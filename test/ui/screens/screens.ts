import type { Locator, Page } from '@playwright/test';

// Where things are on the screens, by role and accessible name. Nothing is asserted here.

/** The screen the application opens with. */
export class StartScreen {
  readonly title: Locator;
  readonly rehearse: Locator;
  readonly openPlan: Locator;
  readonly resume: Locator;
  readonly checkRecord: Locator;

  constructor(page: Page) {
    this.title = page.getByRole('heading', { level: 1, name: 'Ferry a key across the air gap' });
    this.rehearse = page.getByRole('button', { name: 'Rehearse with the sample plan' });
    this.openPlan = page.getByRole('button', { name: 'Open a plan…' });
    this.resume = page.getByRole('button', { name: 'Resume' });
    this.checkRecord = page.getByRole('button', { name: 'Check a record…' });
  }
}

/** A plan, read before it begins. */
export class PlanScreen {
  readonly begin: Locator;
  readonly production: ProductionDialog;

  constructor(page: Page) {
    this.begin = page.getByRole('button', { name: 'Begin the rehearsal' });
    this.production = new ProductionDialog(page);
  }
}

/** Which token a production ceremony is held with. */
export class ProductionDialog {
  readonly open: Locator;
  readonly dialog: Locator;
  readonly chooseModule: Locator;
  readonly tokens: Locator;
  /** Where the second copy of the log may be kept. */
  readonly copies: Locator;
  readonly chooseCopyFolder: Locator;
  readonly refusal: Locator;
  readonly begin: Locator;
  readonly close: Locator;

  constructor(page: Page) {
    this.open = page.getByRole('button', { name: 'Hold a production ceremony…' });
    this.dialog = page.getByRole('dialog', { name: 'Hold a production ceremony' });
    this.chooseModule = this.dialog.getByRole('button', { name: /^Choose (the|another) module…$/ });
    this.tokens = this.dialog.getByRole('radio');
    const copy = this.dialog.getByRole('group', { name: 'Second copy of the log' });
    this.copies = copy.getByRole('radio');
    this.chooseCopyFolder = copy.getByRole('button', { name: 'Another folder…' });
    this.refusal = this.dialog.getByRole('alert').filter({ hasText: 'Refused' });
    this.begin = this.dialog.getByRole('button', { name: 'Begin the production ceremony' });
    this.close = this.dialog.getByRole('button', { name: 'Do not begin' });
  }
}

/** One step of a ceremony. */
export class StepScreen {
  readonly title: Locator;
  readonly ticks: Locator;
  /** Where each person writes their initials. */
  readonly initials: Locator;
  /** Beside each person who may sign what is shown. */
  readonly approve: Locator;
  /** Says who is at the keyboard to seal a key: before that there is no field. */
  readonly beginKey: Locator;
  readonly passphrase: Locator;
  readonly passphraseAgain: Locator;
  /** Says that approvals were given to something that was changed since. */
  readonly voided: Locator;
  /** Says that what was chosen to be written to is media A. */
  readonly sameMedium: Locator;
  readonly names: Locator;
  readonly organisations: Locator;
  readonly identified: Locator;
  /** Says who types a PIN. */
  readonly typist: Locator;
  readonly whole: Locator;
  readonly inParts: Locator;
  /** Who types a part, in their order. */
  readonly partOrder: Locator;
  readonly beginParts: Locator;
  readonly beginPartsAgain: Locator;
  readonly part: Locator;
  readonly pins: Locator;
  readonly knowsFinalTry: Locator;
  readonly keyIds: Locator;
  /** Beside each id that may be declined instead of typed. */
  readonly declines: Locator;
  /** Beside each id of a key that an aborted ceremony may leave in the token. */
  readonly keeps: Locator;
  /** The primary action while a key is declined. */
  readonly goOnDeclining: Locator;
  readonly chooseFolder: Locator;
  readonly busy: Locator;
  readonly refusal: Locator;
  /** What is missing, or that nothing is. */
  readonly status: Locator;
  readonly currentStep: Locator;
  /** Which key of how many is at work. */
  readonly progress: Locator;

  constructor(page: Page) {
    const main = page.getByRole('main');
    const confirming = main.getByRole('region', { name: 'Who confirms: each writes their own initials' });
    const order = main.getByRole('group', { name: /^Who types a part, in this order/ });
    this.title = main.getByRole('heading', { level: 1 });
    this.ticks = main.getByRole('group', { name: 'Tick what you have checked' }).getByRole('checkbox');
    this.initials = confirming.getByRole('textbox');
    this.approve = main.getByRole('button', { name: /^Sign as .*…$/ });
    this.beginKey = main.getByRole('button', { name: /^I am .*: begin$/ });
    this.passphrase = main.getByLabel(/^Passphrase of /);
    this.passphraseAgain = main.getByLabel('The same passphrase again');
    this.voided = main.getByText(/^Earlier approvals are void/);
    this.sameMedium = main.getByText(/is where the wrapping keys were read from/);
    this.names = main.getByRole('textbox', { name: /^Name of / });
    this.organisations = main.getByRole('textbox', { name: /^Organisation of / });
    this.identified = main.getByRole('textbox', { name: /^Identified by, / });
    this.typist = main.getByRole('combobox', { name: 'Who types the PIN' });
    this.whole = main.getByRole('radio', { name: 'One person types the whole PIN' });
    this.inParts = main.getByRole('radio', { name: /^In parts/ });
    this.partOrder = order.getByRole('checkbox');
    this.beginParts = order.getByRole('button', { name: /^Begin with part 1/ });
    this.beginPartsAgain = main.getByRole('button', { name: 'Begin the parts again' });
    this.part = main.getByLabel(/^Part \d+ of the PIN, typed by /);
    this.pins = main.getByLabel(/^(New )?PIN of the token/);
    this.knowsFinalTry = main.getByRole('checkbox', { name: /^We know that one more wrong PIN/ });
    this.keyIds = main.getByRole('textbox', { name: /^Type / });
    this.declines = main.getByRole('checkbox', { name: /^No: decline / });
    this.keeps = main.getByRole('checkbox', { name: /^No: keep / });
    this.goOnDeclining = page.getByRole('button', { name: 'Confirm, and decline 1 key' });
    this.chooseFolder = main.getByRole('button', { name: 'Choose a folder…' });
    this.busy = main.getByRole('timer');
    this.refusal = main.getByRole('alert');
    this.status = page.getByRole('contentinfo').getByRole('status');
    this.currentStep = page.getByRole('navigation', { name: 'Journey' }).locator('[aria-current="step"]');
    this.progress = main.getByText(/^Key \d+ of \d+/);
  }
}

/** Everybody is identified again. */
export class BreakScreen {
  /** Beside each person who is waited for. */
  readonly isBack: Locator;
  /** After a restart: that the log was held against the script. */
  readonly logCompared: Locator;
  /** Opens the question who is gone on without. */
  readonly somebodyCannot: Locator;
  readonly absent: AbsentDialog;

  constructor(page: Page) {
    this.logCompared = page.getByRole('main').getByRole('checkbox', { name: /^We compared it with the last entry/ });
    this.isBack = page.getByRole('main').getByRole('button', { name: /^I am .*…$/ });
    this.somebodyCannot = page.getByRole('button', { name: 'Somebody cannot continue…' });
    this.absent = new AbsentDialog(page);
  }
}

/** Whom the others go on without. */
export class AbsentDialog {
  readonly dialog: Locator;
  readonly person: Locator;
  readonly reason: Locator;
  readonly goOn: Locator;

  constructor(page: Page) {
    this.dialog = page.getByRole('alertdialog', { name: 'Go on without somebody?' });
    this.person = this.dialog.getByRole('combobox', { name: 'Who cannot continue' });
    this.reason = this.dialog.getByRole('textbox', { name: 'Why, for the log' });
    this.goOn = this.dialog.getByRole('button', { name: /^Go on without / });
  }
}

/** Something that did not go as planned, until it is closed. */
export class ExceptionScreen {
  readonly decided: Locator;
  readonly withEveryKey: Locator;
  readonly withoutKey: Locator;
  readonly close: Locator;

  constructor(page: Page) {
    const main = page.getByRole('main');
    this.decided = main.getByRole('textbox', { name: 'What was decided' });
    this.withEveryKey = main.getByRole('radio', { name: /^Go on with every key/ });
    this.withoutKey = main.getByRole('radio', { name: /^Go on without / });
    this.close = page.getByRole('button', { name: 'Record the decision and go on' });
  }
}

/** How a ceremony ended, and the way back. */
export class EndScreen {
  readonly sheet: Locator;
  readonly backToStart: Locator;
  readonly saveRecord: Locator;
  /** Where the record lies, once it was saved. */
  readonly savedRecord: Locator;
  /** The groups of the SHA-256 of report.pdf. */
  readonly reportGroups: Locator;

  constructor(page: Page) {
    this.sheet = page.getByRole('main');
    this.backToStart = page.getByRole('button', { name: 'Back to the start' });
    this.saveRecord = page.getByRole('button', { name: 'Save the record…' });
    this.savedRecord = page.getByRole('group', { name: 'Saved record' });
    this.reportGroups = page.getByRole('list', { name: 'SHA-256 of report.pdf, in hex' }).locator('.group');
  }
}

/** Somebody checks bundles. */
export class CheckScreen {
  readonly title: Locator;
  readonly checkpoint: Locator;
  readonly manifest: Locator;
  readonly logKey: Locator;
  readonly choose: Locator;
  /** The verdict in large words, a heading. */
  readonly verdict: Locator;
  /** What the verdict is about. */
  readonly about: Locator;
  readonly broken: Locator;
  readonly notChecked: Locator;
  readonly holding: Locator;
  readonly refusal: Locator;
  readonly back: Locator;

  constructor(page: Page) {
    const main = page.getByRole('main');
    const words = /^(Every rule that can be checked holds|Not sound: do not use|Not everything could be checked)/;
    this.title = main.getByRole('heading', { level: 1, name: 'Check a record' });
    this.checkpoint = main.getByRole('textbox', { name: 'Checkpoint, optional' });
    this.manifest = main.getByRole('textbox', { name: 'Hash of the manifest, optional' });
    this.logKey = main.getByRole('textbox', { name: 'Hash of the key that signs the log, optional' });
    this.choose = page.getByRole('button', { name: 'Choose the bundle…' });
    this.verdict = main.getByRole('heading', { level: 2, name: words });
    this.about = main.getByRole('region', { name: words });
    this.broken = main.getByRole('region', { name: /^\d+ rules? (is|are) broken$/ });
    this.notChecked = main.getByRole('region', { name: /^\d+ rules? could not be checked$/ });
    this.holding = main.getByRole('region', { name: /^\d+ rules? holds?$/ });
    this.refusal = main.getByRole('alert');
    this.back = page.getByRole('button', { name: 'Back' });
  }
}
