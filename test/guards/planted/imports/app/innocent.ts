import { sha256 } from '@noble/hashes/sha2.js';
import * as v from 'valibot';

export const schema = v.instance(Uint8Array);
export const hash = sha256;
