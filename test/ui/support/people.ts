import type { Page } from '@playwright/test';
import { PlanScreen, StartScreen, StepScreen } from '../screens/screens.ts';
import type { Application } from './application.ts';
import { expect } from './fixtures.ts';
import { Keyboard } from './keyboard.ts';
import type { Desk } from '../../support/rehearsal.ts';

const pin = '24680135';
const names = ['Ada Lindqvist', 'Grace Okafor', 'Kim Osei', 'Sam Rivera', 'Noor Haddad', 'Lin Wei'];

/** The people at one run of the application: they do what each step asks, with the keyboard alone. */
export class People {
  readonly step: StepScreen;
  readonly start: StartScreen;
  readonly keyboard: Keyboard;
  readonly #application: Application;
  readonly #desk: Desk;

  constructor(application: Application, desk: Desk) {
    this.#application = application;
    this.#desk = desk;
    this.step = new StepScreen(application.page);
    this.start = new StartScreen(application.page);
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
    await this.#answerDialog(this.#desk.planFile);
    await this.keyboard.push(this.start.openPlan);
    const plan = new PlanScreen(this.page);
    await plan.begin.waitFor();
    await this.keyboard.push(plan.begin);
    await expect(this.step.title).toHaveText(/^1\.1 /);
  }

  /** The number of the step on screen. */
  async number(): Promise<string> {
    return /^\d\.\d+/u.exec(await this.step.title.innerText())?.[0] ?? '';
  }

  /** Fills in whatever the step asks for: everything is looked for by what it is called. */
  async fillIn(): Promise<void> {
    const { keyboard, step } = this;
    if ((await step.chooseFolder.count()) > 0) await this.#chooseFolder();
    for (const [seat, name] of (await step.names.all()).entries()) await keyboard.type(name, names[seat] ?? 'Kai');
    for (const organisation of await step.organisations.all()) await keyboard.type(organisation, 'Contoso');
    for (const field of await step.pins.all()) await keyboard.type(field, pin);
    for (const field of await step.keyIds.all()) await keyboard.type(field, await labelled(field));
    for (const box of await step.ticks.all()) await keyboard.tick(box);
    for (const box of await step.confirmers.all()) await keyboard.tick(box);
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

  /** Takes the one unfinished ceremony up again, and opens its token where the session was lost. */
  async resume(): Promise<void> {
    await this.keyboard.push(this.start.resume);
    await expect(this.start.title).toBeHidden();
    await this.#openLostToken();
  }

  /** Types the PIN again after the session with the token was lost; the people of the first log-in confirm. */
  async reopenToken(): Promise<void> {
    await this.keyboard.type(this.step.pins, pin);
    for (const box of await this.step.confirmers.all()) await this.keyboard.tick(box);
    await this.#proceed();
    await this.#answered();
  }

  /** Looks again what became of interrupted work. */
  async lookAgain(): Promise<void> {
    await this.keyboard.proceed();
    await this.#answered();
  }

  async #proceed(): Promise<void> {
    const before = await this.step.title.innerText();
    await this.keyboard.proceed();
    await expect(this.step.title).not.toHaveText(before, { timeout: 120_000 });
  }

  async #openLostToken(): Promise<void> {
    if ((await this.step.title.innerText()) === 'Open the token again') await this.reopenToken();
  }

  /** While something is asked of main, nothing else can be; what was ticked meanwhile may be void. */
  async #answered(): Promise<void> {
    await expect(this.step.status).not.toHaveText('Keyferry is answering');
    await expect(this.step.busy).toHaveCount(0);
  }

  async #chooseFolder(): Promise<void> {
    const isOutbound = (await this.number()).startsWith('7');
    await this.#answerDialog(isOutbound ? this.#desk.outbound : this.#desk.inbound);
    await this.keyboard.push(this.step.chooseFolder);
    await expect(this.page.getByRole('radio', { checked: true })).toBeVisible();
  }

  /** The dialogs of the system lie outside the page: the next one is answered here. */
  async #answerDialog(path: string): Promise<void> {
    await this.#application.electron.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, path);
  }
}

/** What a field asks to be typed: its label says it after the word Type. */
async function labelled(field: ReturnType<StepScreen['keyIds']['first']>): Promise<string> {
  return field.evaluate((input: HTMLInputElement) => input.labels?.[0]?.querySelector('code')?.textContent ?? '');
}
