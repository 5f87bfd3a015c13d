// planted: electron-only-in-shell
export { app } from 'electron';
