// planted: renderer-sees-only-app
export { host } from '../main/host.ts';
