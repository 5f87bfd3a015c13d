import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { origin } from './door.ts';

/** What the window may load; a file of any other kind is not served, even if it lies in the folder. */
const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** No inline script or style, no data URL, no connection of any kind; Svelte's own policy may make templates. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html',
].join('; ');

const headers = {
  'Content-Security-Policy': contentSecurityPolicy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export type Assets = (request: Request) => Promise<Response>;

/**
 * Answers requests for the window's files. The folder is listed once, and only a path of that list is ever opened: an
 * address, however it is written, never becomes a file name.
 * @param folder - the built renderer
 * @returns a function that answers GET for a listed path of app://keyferry with the file, anything else with 404
 */
export async function openAssets(folder: string): Promise<Assets> {
  const files = new Map<string, string>();
  for (const file of await listFiles(folder)) {
    if (extname(file) in contentTypes) files.set(`/${relative(folder, file).split(sep).join('/')}`, file);
  }
  return async (request) => {
    const url = new URL(request.url);
    const file = files.get(url.pathname === '/' ? '/index.html' : url.pathname);
    if (request.method !== 'GET' || `${url.protocol}//${url.host}` !== origin || file === undefined) {
      return new Response(null, { status: 404, headers });
    }
    return new Response(await readFile(file), {
      headers: { ...headers, 'Content-Type': contentTypes[extname(file)] ?? '' },
    });
  };
}

/** Walks by hand: the archive of a packaged application does not list itself recursively. */
async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const lists = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return listFiles(path);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(lists)).flat();
}
