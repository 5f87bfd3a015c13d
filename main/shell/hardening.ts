import { app, Menu, type Session, type WebContents } from 'electron';
import { schemeAndHost, type Incidents } from './incidents.ts';

/** Chromium's own errands, and the ways by which a name or an address could still be reached. */
const switches: readonly (readonly [string, string?])[] = [
  // Every host, whether name or address, resolves to nothing: the last layer, below every filter.
  ['host-resolver-rules', 'MAP * ~NOTFOUND'],
  // Whatever would take a way of its own (WebRTC over TCP does) is sent to a proxy that cannot be found.
  ['proxy-server', 'http://nowhere.invalid:9'],
  ['proxy-bypass-list', '<-loopback>'],
  ['dns-prefetch-disable'],
  ['no-pings'],
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-domain-reliability'],
  ['disable-sync'],
  ['disable-breakpad'],
  // No secret is kept by Chromium, so the desktop's keyring is not to be asked to open.
  ['password-store', 'basic'],
  ['disable-features', 'MediaRouter,NetworkTimeServiceQuerying'],
];

/** net::ERR_FAILED: the verdict on every certificate, since nothing is ever to be reached. */
const refuseCertificate = -2;

/**
 * Locks the application down; before Electron is ready, so that every process, session and page is born locked.
 * @param incidents - counts every attempt that is denied
 */
export function harden(incidents: Incidents): void {
  app.enableSandbox();
  // The default menu has keys that reload the page and open developer tools.
  Menu.setApplicationMenu(null);
  for (const [name, value] of switches) app.commandLine.appendSwitch(name, value);
  app.on('session-created', (session) => lockSession(session, incidents));
  app.on('web-contents-created', (_event, contents) => lockPage(contents, incidents));
}

function lockSession(session: Session, incidents: Incidents): void {
  session.webRequest.onBeforeRequest((details, callback) => {
    const cancel = !details.url.startsWith('app:');
    if (cancel) incidents.note('request', `${details.resourceType} ${schemeAndHost(details.url)}`);
    callback({ cancel });
  });
  session.setCertificateVerifyProc((_request, callback) => callback(refuseCertificate));
  session.setPermissionRequestHandler((_contents, permission, callback) => {
    incidents.note('permission', permission);
    callback(false);
  });
  // Asked silently and often, by Chromium itself too: denied, not counted.
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(({ deviceType }) => {
    incidents.note('device', deviceType);
    return false;
  });
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event, item) => {
    event.preventDefault();
    incidents.note('download', schemeAndHost(item.getURL()));
  });
}

function lockPage(contents: WebContents, incidents: Incidents): void {
  const denyNavigation = (event: Electron.Event<{ url: string }>): void => {
    event.preventDefault();
    incidents.note('navigation', schemeAndHost(event.url));
  };
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.on('will-navigate', denyNavigation);
  contents.on('will-frame-navigate', denyNavigation);
  contents.on('will-redirect', denyNavigation);
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
    incidents.note('webview', 'an embedded page');
  });
  contents.setWindowOpenHandler(({ url }) => {
    incidents.note('window', schemeAndHost(url));
    return { action: 'deny' };
  });
}
