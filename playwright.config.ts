import { defineConfig } from '@playwright/test';

// Drives the real application, one window at a time: an HSM and its people cannot be in two ceremonies at once.
export default defineConfig({
  testDir: 'test/ui',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results/ui',
  workers: 1,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  use: { screenshot: 'only-on-failure', trace: 'retain-on-failure' },
});
