import { protocol, type Session } from 'electron';
import type { Assets } from './assets.ts';

const scheme = 'app';

/**
 * Declares app: before Electron is ready: an origin of its own and a secure context, without fetch, CORS, service
 * workers or streams.
 */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true } }]);
}

/**
 * Serves app: in one session.
 * @param session - the window's session
 * @param assets - what answers, see openAssets
 */
export function serveScheme(session: Session, assets: Assets): void {
  session.protocol.handle(scheme, assets);
}
