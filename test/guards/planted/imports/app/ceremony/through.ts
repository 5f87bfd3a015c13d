export { decide as decision } from './decide.ts';
