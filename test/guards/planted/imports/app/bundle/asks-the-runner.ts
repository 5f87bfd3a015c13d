// planted: app-is-pure, verifier-stands-alone
export { run } from '../../main/ceremony/runner.ts';
