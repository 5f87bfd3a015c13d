// What no import checker sees: words and file names that must not occur in the product or its tests.
// Usage: node scripts/guards/words.mjs [folder]; without a folder, the checkout.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** @type {{ rule: string, in: RegExp, word: RegExp }[]} */
const words = [
  { rule: 'no raw HTML', in: /^renderer\//, word: /\{@html|\.(inner|outer)HTML\b|insertAdjacentHTML/ },
  { rule: 'the sandbox stays on', in: /^(app|main|renderer)\//, word: /--no-sandbox|\bsandbox: false/ },
  {
    rule: 'the window has no rights of the machine',
    in: /^(main|renderer)\//,
    word: /nodeIntegration\w*: true|contextIsolation: false|webSecurity: false|allowRunningInsecureContent: true/,
  },
  { rule: 'randomness is cryptographic', in: /^(app|main|renderer)\//, word: /Math\.random\b/ },
  { rule: 'every test runs', in: /^test\//, word: /\b(it|test|describe)\.(skip|only|todo|fixme)\b/ },
];

/** @type {{ rule: string, name: RegExp }[]} */
const names = [
  {
    rule: 'app/ is no npm package: electron-builder would take it for the application',
    name: /^app\/(.*\/)?package\.json$/,
  },
  { rule: 'a file is named for what it holds', name: /(^|\/)(utils?|helpers?|common|misc)\.(ts|svelte|mjs)$/ },
];

/** @param {string} root @returns {string[]} */
function filesOf(root) {
  const folders = ['app', 'main', 'renderer', 'test', 'scripts'].filter((folder) =>
    existsSync(path.join(root, folder)),
  );
  return folders
    .flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true }).map((file) => `${folder}/${file}`))
    .filter((file) => !file.startsWith('test/guards/'));
}

/** @param {string} root @param {string} file @returns {string[]} */
function findingsIn(root, file) {
  const findings = names.filter(({ name }) => name.test(file)).map(({ rule }) => `${file}: ${rule}`);
  if (!/\.(ts|svelte|html)$/.test(file)) return findings;
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
  const found = words
    .filter((entry) => entry.in.test(file))
    .flatMap(({ rule, word }) => lines.flatMap((line, i) => (word.test(line) ? [`${file}:${i + 1}: ${rule}`] : [])));
  return [...findings, ...found];
}

const checkout = fileURLToPath(new URL('../..', import.meta.url));
const root = process.argv[2] ?? checkout;
const findings = filesOf(root).flatMap((file) => findingsIn(root, file));
for (const finding of findings) console.log(finding);
process.exitCode = findings.length === 0 ? 0 : 1;
