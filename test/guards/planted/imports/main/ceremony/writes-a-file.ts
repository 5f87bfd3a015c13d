// planted: files-only-where-they-belong
export { writeFileSync } from 'node:fs';
