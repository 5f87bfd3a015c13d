// The tools of `npm run check`, each with its arguments. test/guards runs the same ones on planted violations.

/** @typedef {{ name: string, script: string, args: string[] }} Tool */

const bin = (/** @type {string} */ file) => `node_modules/${file}`;
const types = (/** @type {string} */ folder) => ({
  name: `types of ${folder}/`,
  script: bin('@typescript/native/bin/tsc'),
  args: ['--project', folder],
});

/** @type {Tool[]} */
export const tools = [
  { name: 'ESLint', script: bin('eslint/bin/eslint.js'), args: ['.', '--max-warnings', '0'] },
  types('app'),
  types('main'),
  types('renderer'),
  types('test'),
  types('scripts'),
  {
    name: 'svelte-check',
    script: bin('svelte-check/bin/svelte-check'),
    args: ['--tsconfig', 'renderer/tsconfig.json', '--fail-on-warnings'],
  },
  { name: 'Prettier', script: bin('prettier/bin/prettier.cjs'), args: ['--check', '--log-level', 'warn', '.'] },
  {
    name: 'import rules',
    script: bin('dependency-cruiser/bin/dependency-cruiser.mjs'),
    args: ['--config', '.dependency-cruiser.cjs', '--preserve-symlinks', 'app', 'main', 'renderer', 'test'],
  },
  { name: 'unused code', script: bin('knip/bin/knip.js'), args: [] },
  { name: 'forbidden words', script: 'scripts/guards/words.mjs', args: [] },
];
