#!/usr/bin/env node
// Stands in for fpm, the one tool electron-builder would download to make a .deb: takes the arguments electron-builder
// passes (CUSTOM_FPM_PATH names this file), refuses every other, and leaves the work to dpkg-deb. With SOURCE_DATE_EPOCH
// set, equal contents give an equal package.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Options with one value, under the name used here. */
const options = new Map([
  ['-s', 'source'],
  ['-t', 'target'],
  ['--name', 'name'],
  ['--version', 'version'],
  ['--package', 'output'],
  ['--architecture', 'architecture'],
  ['--maintainer', 'maintainer'],
  ['--vendor', 'vendor'],
  ['--url', 'homepage'],
  ['--license', 'licence'],
  ['--description', 'description'],
  ['--category', 'section'],
  ['--deb-priority', 'priority'],
  ['--deb-compression', 'compression'],
  ['--before-install', 'preinst'],
  ['--after-install', 'postinst'],
  ['--before-remove', 'prerm'],
  ['--after-remove', 'postrm'],
]);
/** Options that may come more than once. */
const lists = new Map([
  ['-d', 'depends'],
  ['--depends', 'depends'],
  ['--deb-recommends', 'recommends'],
]);
const scripts = ['preinst', 'postinst', 'prerm', 'postrm'];
const epoch = Number(process.env['SOURCE_DATE_EPOCH'] ?? Math.floor(Date.now() / 1000));

/**
 * @param {readonly string[]} args
 * @returns {{ values: Record<string, string>, depends: string[], recommends: string[], mappings: string[] }}
 */
function parse(args) {
  /** @type {ReturnType<typeof parse>} */
  const parsed = { values: {}, depends: [], recommends: [], mappings: [] };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const single = options.get(arg);
    const list = lists.get(arg);
    if (single !== undefined) parsed.values[single] = rest.shift() ?? '';
    else if (list === 'depends' || list === 'recommends') parsed[list].push(rest.shift() ?? '');
    else if (arg.startsWith('-') && arg !== '--force') throw new Error(`fpm-deb does not know the option ${arg}`);
    else if (!arg.startsWith('-')) parsed.mappings.push(arg);
  }
  if (parsed.values['target'] !== 'deb') throw new Error(`fpm-deb makes deb packages only`);
  return parsed;
}

/** Copies each `source=destination` below the root. @param {readonly string[]} mappings @param {string} root */
function layOut(mappings, root) {
  for (const mapping of mappings) {
    const split = mapping.lastIndexOf('=');
    const source = mapping.slice(0, split);
    const destination = path.join(root, mapping.slice(split + 1));
    mkdirSync(statSync(source).isDirectory() ? destination : path.dirname(destination), { recursive: true });
    cpSync(source, destination, { recursive: true, verbatimSymlinks: true });
  }
}

/**
 * Gives every file the modes of an installed file and one time. @param {string} folder
 * @returns {number} what it holds, in KiB
 */
function settle(folder) {
  let size = 0;
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const status = lstatSync(file);
    if (status.isDirectory()) size += settle(file);
    else size += Math.ceil(status.size / 1024);
    if (status.isFile()) chmodSync(file, status.mode & 0o111 ? 0o755 : 0o644);
    lutimesSync(file, epoch, epoch);
  }
  chmodSync(folder, 0o755);
  lutimesSync(folder, epoch, epoch);
  return size;
}

/** @param {ReturnType<typeof parse>} parsed @param {number} size in KiB */
function controlFile({ values, depends, recommends }, size) {
  const [synopsis = '', ...more] = (values['description'] ?? '').trim().split('\n');
  const description = [synopsis.trim(), ...more.map((line) => ` ${line.trim() || '.'}`)].join('\n');
  const fields = [
    ['Package', values['name']],
    ['Version', values['version']],
    ['Architecture', values['architecture']],
    ['Maintainer', values['maintainer']],
    ['Installed-Size', String(size)],
    ['Depends', depends.join(', ')],
    ['Recommends', recommends.join(', ')],
    ['Section', values['section'] ?? 'utils'],
    ['Priority', values['priority'] ?? 'optional'],
    ['Homepage', values['homepage']],
    ['Description', description],
  ];
  return fields.flatMap(([name, value]) => (value ? [`${name}: ${value}\n`] : [])).join('');
}

/** @param {ReturnType<typeof parse>} parsed @param {string} root */
function build(parsed, root) {
  const { values } = parsed;
  layOut(parsed.mappings, root);
  const control = path.join(root, 'DEBIAN');
  const text = controlFile(parsed, settle(root));
  mkdirSync(control, { mode: 0o755 });
  writeFileSync(path.join(control, 'control'), text);
  for (const script of scripts) {
    const source = values[script];
    if (source !== undefined) writeFileSync(path.join(control, script), readFileSync(source), { mode: 0o755 });
  }
  const output = values['output'] ?? '';
  rmSync(output, { force: true });
  const compression = values['compression'] === 'gz' ? 'gzip' : (values['compression'] ?? 'xz');
  execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, '--build', root, output], {
    stdio: 'inherit',
    env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
  });
}

process.umask(0o022);
const parsed = parse(process.argv.slice(2));
const root = mkdtempSync(path.join(tmpdir(), 'keyferry-deb-'));
try {
  build(parsed, root);
} finally {
  rmSync(root, { recursive: true, force: true });
}
