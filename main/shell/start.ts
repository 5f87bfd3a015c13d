import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { url as inspectorAddress } from 'node:inspector';
import { join } from 'node:path';
import { app, session, type BrowserWindow } from 'electron';
import { rehearsalSite } from '../ceremony/token-site.ts';
import { createHost, type Host } from '../host.ts';
import { HsmClient } from '../hsm/client.ts';
import { declareScheme, serveScheme } from './app-scheme.ts';
import { readArguments } from './arguments.ts';
import { openAssets } from './assets.ts';
import { createDialogs } from './dialogs.ts';
import { createDoor } from './door.ts';
import { harden } from './hardening.ts';
import { createIncidents, placesOf } from './incidents.ts';
import { notify, openDoor } from './ipc.ts';
import { locate } from '../locations.ts';
import { forkUtilityProcess } from './utility-process.ts';
import { createWindow, showWindow } from './window.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const incidents = createIncidents(say);
const places = locate(app.getAppPath(), app.isPackaged ? process.resourcesPath : null);

start();

/** Everything that must happen before Electron is ready. A second start only brings the first one's window forward. */
function start(): void {
  const { profile, refused } = readArguments(process.argv, inspectorAddress() !== undefined);
  if (app.isPackaged && refused.length > 0) {
    say(`keyferry: this application does not take --${refused.join(', --')}`);
    app.exit(2);
    return;
  }
  const folder = useProfile(profile ?? join(app.getPath('appData'), 'keyferry'));
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  harden(incidents);
  declareScheme();
  app.on('window-all-closed', () => app.quit());
  app
    .whenReady()
    .then(() => open(folder), fail)
    .catch(fail);
}

/** Ceremonies lie in the profile, readable by this user only; what Chromium keeps lies in a folder of its own. */
function useProfile(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  app.setPath('userData', folder);
  app.setPath('sessionData', join(folder, 'window'));
  return folder;
}

/** Opens the window on a session that is kept in memory only, with the host behind its door. */
async function open(profile: string): Promise<void> {
  const windowSession = session.fromPartition('window');
  serveScheme(windowSession, await openAssets(places.renderer));
  const window = createWindow(windowSession, places.preload, places.icon);
  const host = hostFor(window, profile);
  const watch = {
    onViolation: (detail: string) => incidents.note('call', detail),
    onFault: (call: string, error: unknown) => incidents.note('fault', `${call} ${placesOf(error)}`),
  };
  openDoor(window, createDoor(host.handlers, watch));
  host.onChange((view) => notify(window, 'ceremony.changed', view));
  app.on('second-instance', () => bringForward(window));
  quitAfter(host);
  await showWindow(window, incidents);
}

function hostFor(window: BrowserWindow, profile: string): Host {
  return createHost({
    profile,
    application: { name: 'Keyferry', version: app.getVersion(), electron: process.versions.electron },
    createHsm: () => new HsmClient(forkUtilityProcess(places.hsmProcess)),
    siteOf: (folder) => rehearsalSite(join(folder, 'token'), places.rehearsalModule),
    samples: places.samples,
    fonts: places.fonts,
    verifier: places.verifier,
    ...createDialogs(window),
    rehearsalModule: places.rehearsalModule,
    passphrases: 'typed',
    now: () => new Date(),
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
  });
}

function bringForward(window: BrowserWindow): void {
  // Closed already: this process only waits for the work of the moment to end.
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** Quitting waits until the host has closed its log and its HSM process. */
function quitAfter(host: Host): void {
  let isClosed = false;
  app.on('before-quit', (event) => {
    if (isClosed) return;
    event.preventDefault();
    host
      .close()
      .catch((error: unknown) => incidents.note('fault', `close ${placesOf(error)}`))
      .finally(() => {
        isClosed = true;
        app.quit();
      });
  });
}

function fail(error: unknown): void {
  say(`keyferry: could not start: ${placesOf(error)}`);
  app.exit(1);
}
