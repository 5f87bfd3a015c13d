import { defineConfig } from 'vitest/config';

// Runs on Electron's own Node (scripts/test.mjs): its crypto is what ships.
export default defineConfig({
  test: {
    include: ['test/{app,main,renderer,guards}/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Time limits end what hangs; they measure nothing, and a busy machine must not fail a sound test.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['app/**/*.ts'],
      reporter: ['text-summary', 'json-summary', 'html'],
      thresholds: { branches: 95 },
    },
  },
});
