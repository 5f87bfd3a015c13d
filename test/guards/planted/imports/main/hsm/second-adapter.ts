// planted: pkcs11js-only-in-adapter
import pkcs11 from 'pkcs11js';

export const module = pkcs11;
