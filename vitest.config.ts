import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// Runs on Electron's own Node (scripts/test.mjs): its crypto is what ships.
export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['test/{app,main,guards,powercut,differential,attacks}/**/*.test.ts'] },
      },
      {
        extends: true,
        // The state of the window is written in runes, and compiled here as it is for the window: with its reactivity.
        plugins: [svelte({ configFile: false })],
        environments: { ssr: { consumer: 'client', resolve: { conditions: ['browser'] } } },
        test: { name: 'window', include: ['test/renderer/**/*.test.ts'] },
      },
    ],
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
