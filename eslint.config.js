import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

// The room is air-gapped: only the online desk's two commands may ever speak to a network.
const network = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'WebTransport', 'RTCPeerConnection'];
const reason = 'Keyferry works offline; only main/cli/request.ts and main/cli/upload.ts speak to a network.';
const pure = 'app/ is pure: no clock, no randomness. Take the value as an argument.';

export default defineConfig(
  globalIgnores(['dist/', 'out/', 'coverage/', 'test-results/', '.svelte-check/', 'test/guards/planted/']),
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.svelte'],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.config.ts'] },
        extraFileExtensions: ['.svelte'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // An async method may have nothing to await: its interface promises, and a throw must become a rejection.
      '@typescript-eslint/require-await': 'off',
      'no-undef': 'off',
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 50 }],
      'no-restricted-globals': ['error', ...network.map((name) => ({ name, message: reason }))],
      'no-restricted-properties': [
        'error',
        { object: 'navigator', property: 'sendBeacon', message: reason },
        ...network.flatMap((property) =>
          ['globalThis', 'window', 'self'].map((object) => ({ object, property, message: reason })),
        ),
      ],
      'no-eval': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    extends: [svelte.configs.recommended],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/require-each-key': 'error',
      'svelte/button-has-type': 'error',
      // Props are declared with `let` because $props() and $state() are reassigned by the compiler.
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
    },
  },
  {
    // The same log must give the same state for ever: time and randomness come in from outside.
    files: ['app/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: pure },
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: pure },
        { selector: 'CallExpression[callee.name="Date"]', message: pure },
        { selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: pure },
      ],
    },
  },
  {
    // describe() blocks are lists of cases, not functions to be kept short.
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 400 }],
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['main/cli/request.ts', 'main/cli/upload.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: globals.node },
    rules: { 'max-lines': ['error', { max: 200 }], 'max-lines-per-function': ['error', { max: 50 }] },
  },
);
