// planted: app-is-pure
import type { host } from '../main/host.ts';

export type Host = typeof host;
