import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { launch, type Application } from './application.ts';

/** Folders of one test, made for it and removed after it. */
export interface Desk {
  readonly profile: string;
  readonly inbound: string;
  readonly outbound: string;
}

interface Fixtures {
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
    const desk = {
      profile: join(folder, 'profile'),
      inbound: join(folder, 'media-a'),
      outbound: join(folder, 'media-b'),
    };
    await Promise.all([mkdir(desk.inbound), mkdir(desk.outbound)]);
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
