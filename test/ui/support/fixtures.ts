import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { Desk } from '../../support/rehearsal.ts';
import { launch, type Application } from './application.ts';

interface Fixtures {
  /** Folders of one test: profile, media A and B, a place for a plan; removed after it. */
  readonly desk: Desk;
  /** The application with a fresh profile; it must not have complained by the end of the test. */
  readonly application: Application;
  /** The same for a test that attacks it: the page is expected to complain. */
  readonly attacked: Application;
}

export const test = base.extend<Fixtures>({
  // Playwright reads the names in the first argument's pattern; none is needed here.
  // eslint-disable-next-line no-empty-pattern
  desk: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'keyferry-ui-'));
    const desk = new Desk(folder);
    await use(desk);
    await rm(folder, { recursive: true, force: true });
  },
  application: async ({ desk }, use) => {
    const application = await launch(desk.profile);
    await use(application);
    await application.close();
    expect(application.complaints()).toEqual([]);
  },
  attacked: async ({ desk }, use) => {
    const application = await launch(desk.profile);
    await use(application);
    await application.close();
  },
});

export { expect };
