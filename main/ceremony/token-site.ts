import type { ModuleChoice, TokenIdentity } from '../hsm/port.ts';

/** Where the token of a ceremony comes from: a soft token made for a rehearsal, or one that the site binding names. */
export type TokenSite =
  | {
      readonly kind: 'rehearsal';
      /** Makes an empty place for a token, throwing an earlier attempt away. */
      prepare(): Promise<ModuleChoice>;
      /** The module with the token made before. */
      module(): ModuleChoice;
      readonly label: string;
    }
  | { readonly kind: 'named'; module(): ModuleChoice; readonly serial: string };

export type { TokenIdentity };
