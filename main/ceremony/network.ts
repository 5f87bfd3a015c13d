import { networkInterfaces } from 'node:os';

/** A network interface other than loopback, as the system sees it. */
export interface NetworkInterface {
  readonly name: string;
  readonly state: 'up' | 'down';
  /** Its addresses, comma-separated; empty when it has none. */
  readonly address: string;
}

/**
 * Lists the workstation's network interfaces. Node names only those that are up; loopback, which leads nowhere, is left out.
 * @returns the interfaces in the system's order
 */
export function listInterfaces(): NetworkInterface[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.every((address) => address.internal)
      ? []
      : [{ name, state: 'up' as const, address: addresses.map((address) => address.address).join(', ') }],
  );
}
