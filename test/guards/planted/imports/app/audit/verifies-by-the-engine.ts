// planted: verifier-stands-alone
export { decision } from '../ceremony/through.ts';
