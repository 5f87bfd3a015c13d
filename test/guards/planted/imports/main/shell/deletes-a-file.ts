// planted: files-only-where-they-belong
export { rm } from 'node:fs/promises';
