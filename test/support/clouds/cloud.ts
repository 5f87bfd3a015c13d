import type { Manifest } from '../../../app/bundle/manifest.ts';
import type { DestinationType } from '../../../app/byok/support-matrix.ts';
import type { KeySpec } from '../../../app/keys/specs.ts';

/** A cloud's KEK made by OpenSSL: both halves, DER PKCS#8 and SubjectPublicKeyInfo. */
export interface CloudKek {
  readonly pkcs8: Uint8Array;
  readonly spki: Uint8Array;
}

/** What the online desk asked a cloud for. */
export interface Order {
  readonly spec: KeySpec;
  /** The option of the support matrix that is wanted. */
  readonly option: string;
  /** Tells keys of one plan apart: a name, or part of an id. */
  readonly name: string;
}

/** A file of the key's folder in the bundle, by its name. */
export type Delivered = (name: string) => Uint8Array;

/** What a cloud gave, to be found again in what comes back. */
export interface Handout {
  /** Files of media A, by name. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly importToken: Uint8Array | null;
  readonly nonce: Uint8Array | null;
}

/**
 * A cloud as the tests play it: what it hands out, and how it opens what comes back. Nothing of the product is used but
 * its names of things, so that a mistake there does not hide one here.
 */
export interface Cloud {
  readonly type: DestinationType;
  /** The plan's `destination` member for an order. */
  destination(order: Order): Record<string, unknown>;
  /** What the cloud's API or CLI gives for it; `ends` is when token or job end, where the cloud has such a thing. */
  handOut(kek: CloudKek, order: Order, ends: Date): Handout;
  /**
   * Opens what came back, with the KEK's private half, through OpenSSL, and checks that what was handed out came back.
   * @returns the target key: PKCS#8 or raw bytes
   */
  open(
    delivered: Delivered,
    kek: CloudKek,
    order: Order,
    handout: Handout,
    wrap: Manifest['keys'][number]['wrap'],
  ): Uint8Array;
}
