// planted: electron-only-in-shell
export type { App } from 'electron';
