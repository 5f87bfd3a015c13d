import { BrowserWindow, nativeTheme, type Session } from 'electron';
import { origin } from './door.ts';
import { ground } from './ground.ts';
import { schemeAndHost, type Incidents } from './incidents.ts';
import { zoomByKeys } from './zoom.ts';

/**
 * Makes the one window: sandboxed, isolated, without Node, and without developer tools in any build.
 * @param session - the session that serves app:
 * @param preload - file of the preload script
 * @param icon - PNG of the application
 * @returns the window, hidden until {@link showWindow}
 */
export function createWindow(session: Session, preload: string, icon: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 1280,
    minHeight: 800,
    show: false,
    title: 'Keyferry',
    icon,
    backgroundColor: nativeTheme.shouldUseDarkColors ? ground.dark : ground.light,
    webPreferences: {
      session,
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
      devTools: false,
    },
  });
  zoomByKeys(window.webContents);
  return window;
}

/**
 * Loads the page and shows the window once it has drawn. A page that crashes or strays is loaded again: nothing of the
 * ceremony lives in it.
 * @param window - see createWindow
 * @param incidents - counts what brought the page away
 */
export async function showWindow(window: BrowserWindow, incidents: Incidents): Promise<void> {
  const home = `${origin}/`;
  window.once('ready-to-show', () => window.show());
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    incidents.note('renderer', reason);
    if (reason !== 'clean-exit') void window.loadURL(home);
  });
  // An empty page (about:blank) is committed without being asked about in advance.
  window.webContents.on('did-navigate', (_event, url) => {
    if (url.startsWith(home)) return;
    incidents.note('navigation', schemeAndHost(url));
    void window.loadURL(home);
  });
  await window.loadURL(home);
}
