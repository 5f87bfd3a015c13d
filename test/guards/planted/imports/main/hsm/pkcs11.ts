import pkcs11 from 'pkcs11js';

export const module = pkcs11;
