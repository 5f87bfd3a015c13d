import pkcs11 from 'pkcs11js';
import Database from 'better-sqlite3';

console.log(pkcs11, Database);
