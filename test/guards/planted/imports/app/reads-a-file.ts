// planted: app-is-pure
export { readFileSync } from 'node:fs';
