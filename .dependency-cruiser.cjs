// Who may import what (docs/architecture.md). Every rule has a planted violation in test/guards.
const engine = '^app/ceremony/(decide|evolve|state|view(/|\\.)|byok-export/)';
const cloudDesk = '^main/cli/(request|upload)\\.ts$';
const network = '^(http|https|http2|net|tls|dgram|dns)(/|$)';
const files = '^fs(/|$)';
const npm = (...names) => `^node_modules/(${names.join('|')})/`;

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  {
    name: 'app-is-pure',
    comment: 'The ceremony itself needs no platform: only itself, the schemas, the hashes and the curves.',
    from: { path: '^app/' },
    to: { pathNot: ['^app/', npm('valibot', '@noble/hashes', '@noble/curves')] },
  },
  {
    name: 'renderer-sees-only-app',
    comment: 'The window knows the ceremony through the contract, never through main.',
    from: { path: '^renderer/' },
    to: {
      pathNot: ['^renderer/', '^app/', npm('svelte', 'bits-ui', '@lucide/svelte', '@fontsource/[^/]+')],
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'main-not-renderer',
    comment: 'Nothing of the window runs with the rights of the machine.',
    from: { path: '^main/' },
    to: { path: '^renderer/' },
  },
  {
    name: 'electron-only-in-shell',
    comment: 'Everything but the shell runs without Electron too: in the headless rehearsal and in tests.',
    from: { path: '^(app|main|renderer)/', pathNot: '^main/shell/' },
    to: { path: npm('electron') },
  },
  {
    name: 'pkcs11js-only-in-adapter',
    comment: 'One file speaks PKCS#11, in its own process.',
    from: { path: '^(app|main|renderer)/', pathNot: '^main/hsm/pkcs11\\.ts$' },
    to: { path: npm('pkcs11js') },
  },
  {
    name: 'sqlite-only-in-store',
    comment: 'One file writes the log.',
    from: { path: '^(app|main|renderer)/', pathNot: '^main/audit/database\\.ts$' },
    to: { path: npm('better-sqlite3') },
  },
  {
    name: 'no-network',
    comment: 'Keyferry works behind an air gap; only the online desk speaks to a cloud.',
    from: { path: '^(app|main|renderer)/', pathNot: cloudDesk },
    to: { dependencyTypes: ['core'], path: network },
  },
  {
    name: 'files-only-where-they-belong',
    comment: 'Every path that is read or written stands in one of these places, where it can be reviewed.',
    from: {
      path: '^main/',
      pathNot: [
        '^main/(media|audit|cli|hsm|approvals)/',
        '^main/ceremony/(workspace|network)\\.ts$',
        '^main/shell/(assets|start)\\.ts$',
        '^main/paper/fonts\\.ts$',
      ],
    },
    to: { dependencyTypes: ['core'], path: files },
  },
  {
    name: 'verifier-stands-alone',
    comment: 'What checks a record must not share the code that made it.',
    from: { path: '^(app/audit/|app/bundle/|main/cli/verify\\.ts$|main/check-desk\\.ts$)' },
    to: { path: [engine, '^main/hsm/', '^main/ceremony/'], reachable: true },
  },
  {
    name: 'no-cycles',
    comment: 'A file that needs itself cannot be read alone.',
    from: { path: '^(app|main|renderer|test)/' },
    to: { circular: true },
  },
  {
    name: 'product-not-test',
    comment: 'What is tested must not know its tests.',
    from: { path: '^(app|main|renderer)/' },
    to: { path: '^(test|scripts)/' },
  },
  {
    name: 'resolvable',
    comment: 'An import that leads nowhere escapes every other rule.',
    from: { path: '^(app|main|renderer|test)/' },
    to: { couldNotResolve: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: forbidden.map((rule) => ({ ...rule, severity: 'error' })),
  options: {
    // Imports of types count: a border crossed by a type is crossed.
    tsPreCompilationDeps: true,
    doNotFollow: { path: '^node_modules' },
    exclude: { path: '^test/guards/planted' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['svelte', 'import', 'types', 'node', 'default'],
      extensions: ['.ts', '.svelte', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
};
