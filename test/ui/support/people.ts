import type { Locator, Page } from '@playwright/test';
import { BreakScreen, ExceptionScreen, PlanScreen, StartScreen, StepScreen } from '../screens/screens.ts';
import type { Application } from './application.ts';
import { expect } from './fixtures.ts';
import { Keyboard } from './keyboard.ts';
import type { Desk } from '../../support/rehearsal.ts';

const pin = '24680135';
const names = ['Ada Lindqvist', 'Grace Okafor', 'Kim Osei', 'Sam Rivera', 'Noor Haddad', 'Lin Wei'];

/** A passphrase of somebody's own. */
export function passphraseOf(name: string): string {
  return `copper lantern ${initialsOf(name).toLowerCase()} orchard`;
}

function initialsOf(name: string): string {
  return name.replaceAll(/[^A-Z]/gu, '');
}

/** The people at one run of the application: they do what each step asks, with the keyboard alone. */
export class People {
  readonly step: StepScreen;
  readonly start: StartScreen;
  readonly break: BreakScreen;
  readonly exception: ExceptionScreen;
  readonly keyboard: Keyboard;
  readonly #application: Application;
  readonly #desk: Desk;

  constructor(application: Application, desk: Desk) {
    this.#application = application;
    this.#desk = desk;
    this.step = new StepScreen(application.page);
    this.start = new StartScreen(application.page);
    this.break = new BreakScreen(application.page);
    this.exception = new ExceptionScreen(application.page);
    this.keyboard = new Keyboard(application.page);
  }

  get page(): Page {
    return this.#application.page;
  }

  async close(): Promise<void> {
    await this.#application.close();
  }

  /** Opens the plan of the desk and begins. */
  async begin(): Promise<void> {
    await this.openPlan();
    const plan = new PlanScreen(this.page);
    await this.keyboard.push(plan.begin);
    await expect(this.step.title).toHaveText(/^1\.1 /);
  }

  /** Opens the plan of the desk, to be read. */
  async openPlan(): Promise<void> {
    await this.answerDialog(this.#desk.planFile);
    await this.keyboard.push(this.start.openPlan);
    await new PlanScreen(this.page).begin.waitFor();
  }

  /** The number of the step on screen. */
  async number(): Promise<string> {
    return /^[\dA]\.\d+/u.exec(await this.step.title.innerText())?.[0] ?? '';
  }

  /** Fills in whatever the step asks for: everything is looked for by what it is called. */
  async fillIn(): Promise<void> {
    const { keyboard, step } = this;
    if ((await step.chooseFolder.count()) > 0) await this.#chooseFolder();
    for (const [seat, name] of (await step.names.all()).entries()) await keyboard.type(name, names[seat] ?? 'Kai Ito');
    for (const organisation of await step.organisations.all()) await keyboard.type(organisation, 'Contoso');
    for (const document of await step.identified.all()) await keyboard.type(document, 'Passport');
    if ((await step.beginKey.count()) > 0) await this.registerAll();
    for (const field of await step.keyIds.all()) await keyboard.type(field, await labelled(field));
    for (const box of await step.ticks.all()) await keyboard.tick(box);
    await this.#typePin();
    await this.#writeInitials();
    if ((await step.approve.count()) > 0) await this.approveAll();
  }

  /** One after the other, everybody who has no approval key says that they are there, and seals one. */
  async registerAll(): Promise<void> {
    const { keyboard, step } = this;
    await keyboard.reach(step.beginKey);
    while ((await step.beginKey.count()) > 0) await this.registerNext();
  }

  /** Whoever is next says that the keyboard is theirs, and seals a key. */
  async registerNext(): Promise<void> {
    const { step, page } = this;
    await expect(step.beginKey).toBeFocused();
    await expect(step.passphrase).toHaveCount(0);
    await page.keyboard.press('Enter');
    await expect(step.passphrase).toBeFocused();
    const whose = await whoseIs(step.passphrase);
    await page.keyboard.type(passphraseOf(whose));
    await page.keyboard.press('Enter');
    await expect(step.passphraseAgain).toBeFocused();
    await page.keyboard.type(passphraseOf(whose));
    await page.keyboard.press('Enter');
    await expect(page.getByText(`${whose}: your key is sealed; step back.`)).toBeVisible({ timeout: 30_000 });
  }

  /** As many approve as are asked for: whoever has approved is led to the next who may. */
  async approveAll(): Promise<void> {
    const { step } = this;
    await this.keyboard.reach(step.approve.first());
    const next = step.approve.and(this.page.locator(':focus'));
    while ((await next.count()) > 0) {
      const name = (await next.innerText()).trim().slice('Sign as '.length, -1);
      await this.page.keyboard.press('Enter');
      await this.approve(name);
    }
  }

  /** Types somebody's passphrase into the field that has opened, and signs with it. */
  async approve(name: string, passphrase = passphraseOf(name)): Promise<void> {
    const field = this.page.getByRole('main').getByLabel(`Passphrase of ${name}`);
    await expect(field).toBeFocused();
    await this.page.keyboard.type(passphrase);
    await this.page.keyboard.press('Enter');
    await this.answered();
    await expect(this.page.locator(':focus')).not.toHaveCount(0);
  }

  /** Confirms the step and waits until the next one is there, or the end; opens the token again where that comes first. */
  async proceed(): Promise<void> {
    await this.#proceed();
    await this.#openLostToken();
  }

  /** Does one step after the other until the one with this number is on screen. */
  async goOnUntil(number: string): Promise<void> {
    while ((await this.number()) !== number) await this.doStep();
  }

  /** Confirms the step and returns as soon as its work is under way, or done already. */
  async setGoing(): Promise<void> {
    const before = await this.step.title.innerText();
    await this.keyboard.proceed();
    await expect
      .poll(async () => (await this.step.busy.count()) > 0 || (await this.step.title.innerText()) !== before, {
        intervals: [5],
      })
      .toBe(true);
  }

  async doStep(): Promise<void> {
    await this.fillIn();
    await this.proceed();
  }

  /** Takes the one unfinished ceremony up again, is identified again, and opens its token where the session was lost. */
  async resume(): Promise<void> {
    await this.keyboard.push(this.start.resume);
    await expect(this.start.title).toBeHidden();
    await this.comeBack();
    await this.#openLostToken();
  }

  /** One after the other, everybody who is waited for types their passphrase. */
  async comeBack(): Promise<void> {
    if ((await this.break.logCompared.count()) > 0) await this.keyboard.tick(this.break.logCompared);
    while ((await this.break.isBack.count()) > 0) {
      const button = this.break.isBack.first();
      const name = (await button.innerText()).trim().slice('I am '.length, -1);
      await this.keyboard.push(button);
      await expect(this.step.passphrase).toBeFocused();
      await this.page.keyboard.type(passphraseOf(name));
      await this.page.keyboard.press('Enter');
      await expect(this.page.getByRole('button', { name: `I am ${name}…` })).toHaveCount(0, { timeout: 30_000 });
    }
  }

  /** Types the PIN again after the session with the token was lost; the people of the first log-in confirm. */
  async reopenToken(): Promise<void> {
    await this.#typePin();
    await this.#writeInitials();
    await this.#proceed();
    await this.answered();
  }

  /**
   * Decides on the exception that is open, and closes it.
   * @param decided - in the words of the log
   * @param goOn - with every key, or without the one that the exception is about
   */
  async closeException(decided: string, goOn: 'with every key' | 'without the key' = 'with every key'): Promise<void> {
    await this.keyboard.reach(this.exception.decided);
    await this.page.keyboard.type(decided);
    if (goOn === 'without the key') {
      await this.keyboard.reach(this.exception.withEveryKey);
      await this.page.keyboard.press('ArrowDown');
      await expect(this.exception.withoutKey).toBeChecked();
    }
    await this.approveAll();
    // The next one may come up at once.
    await this.#proceed();
  }

  /** Looks again what became of interrupted work. */
  async lookAgain(): Promise<void> {
    await this.keyboard.proceed();
    await this.answered();
  }

  /**
   * Types the PIN in parts, each twice where it is a new one.
   * @param parts - by the name of who types it, in the order in which they do
   */
  async typeInParts(parts: ReadonlyMap<string, string>): Promise<void> {
    const { keyboard, step } = this;
    if (!(await step.inParts.isChecked())) {
      await keyboard.reach(step.whole);
      await this.page.keyboard.press('ArrowDown');
    }
    for (const name of parts.keys()) {
      await keyboard.tick(step.partOrder.and(this.page.getByRole('checkbox', { name: new RegExp(`^${name} `, 'u') })));
    }
    await keyboard.push(step.beginParts);
    for (const part of parts.values()) await this.typePart(part);
  }

  /** Types the part whose turn it is, and hands it over. */
  async typePart(part: string): Promise<void> {
    await expect(this.step.part.first()).toBeFocused();
    for (let typed = await this.step.part.count(); typed > 0; typed -= 1) {
      await this.page.keyboard.type(part);
      await this.page.keyboard.press('Enter');
    }
    await this.answered();
  }

  /** While something is asked of main, nothing else can be; what was ticked meanwhile may be void. */
  async answered(): Promise<void> {
    await expect(this.step.status).not.toHaveText('Keyferry is answering', { timeout: 30_000 });
    await expect(this.step.busy).toHaveCount(0);
  }

  /** The dialogs of the system lie outside the page: the next one is answered here. */
  async answerDialog(path: string): Promise<void> {
    await this.#application.electron.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, path);
  }

  async #typePin(): Promise<void> {
    const { keyboard, step } = this;
    if ((await step.typist.count()) > 0 && (await step.typist.inputValue()) === '') {
      await keyboard.reach(step.typist);
      await this.page.keyboard.press('ArrowDown');
    }
    for (const field of await step.pins.all()) await keyboard.type(field, pin);
  }

  async #writeInitials(): Promise<void> {
    for (const field of await this.step.initials.all()) {
      await this.keyboard.type(
        field,
        initialsOf((await field.getAttribute('aria-label'))?.slice('Initials of '.length) ?? ''),
      );
    }
  }

  async #proceed(): Promise<void> {
    const before = await this.step.title.innerText();
    await this.keyboard.proceed();
    await expect(this.step.title).not.toHaveText(before, { timeout: 120_000 });
  }

  async #openLostToken(): Promise<void> {
    if ((await this.step.title.innerText()) === 'Open the token again') await this.reopenToken();
  }

  async #chooseFolder(): Promise<void> {
    const isOutbound = (await this.number()).startsWith('7');
    await this.answerDialog(isOutbound ? this.#desk.outbound : this.#desk.inbound);
    await this.keyboard.push(this.step.chooseFolder);
    await expect(this.page.getByRole('radio', { checked: true })).toBeVisible();
  }
}

/** Whose passphrase a field asks for: its label says it. */
async function whoseIs(field: Locator): Promise<string> {
  const label = await field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.textContent ?? '');
  return label.trim().slice('Passphrase of '.length);
}

/** What a field asks to be typed: its label says it after the word Type. */
async function labelled(field: Locator): Promise<string> {
  return field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.querySelector('code')?.textContent ?? '');
}
