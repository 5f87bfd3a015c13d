// planted: no-network
export { get } from 'node:https';
