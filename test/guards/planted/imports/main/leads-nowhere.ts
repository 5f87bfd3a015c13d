// planted: resolvable
export { nothing } from './nowhere.ts';
