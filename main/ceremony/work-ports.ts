import type { Entry } from '../../app/audit/entry.ts';
import type { LogHead } from '../audit/ledger.ts';
import type { Hsm } from '../hsm/port.ts';
import type { TokenSite } from './token-site.ts';
import type { Workspace } from './workspace.ts';

/** What the work leans on. */
export interface WorkPorts {
  readonly hsm: Hsm;
  readonly site: TokenSite;
  readonly workspace: Workspace;
  readonly application: { readonly name: string; readonly version: string; readonly electron: string };
  readonly now: () => Date;
  /** The verifier in Python that goes with every bundle, as it was released. */
  readonly verifier: () => Uint8Array;
  /** The log so far; the record in the bundle is cut from it. */
  readonly entries: () => readonly Entry[];
  /** Where the log stands. */
  readonly head: () => LogHead;
}
