// planted: verifier-stands-alone
export { module } from '../hsm/pkcs11.ts';
