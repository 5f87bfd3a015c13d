import type { AzureDestination } from './azure/destination.ts';
import { azureKeyVault } from './azure-key-vault.ts';
import type { DestinationFormat } from './format.ts';

/** The `destination` member of a planned key, of whichever kind. */
export type Destination = AzureDestination;

/** Every destination by its type. No prototype: a hostile type such as `constructor` finds nothing. */
const formats: Readonly<Record<string, DestinationFormat<Destination>>> = Object.assign(
  Object.create(null) as Record<string, DestinationFormat<Destination>>,
  { [azureKeyVault.type]: azureKeyVault },
);

/**
 * Finds a destination.
 * @param type - the plan's `destination.type`
 * @returns its format, or undefined when this version does not serve it
 */
export function destinationOf(type: string): DestinationFormat<Destination> | undefined {
  return formats[type];
}

/**
 * The format of a destination that was parsed, so that it is known.
 * @param destination - from a parsed plan
 */
export function formatFor(destination: Destination): DestinationFormat<Destination> {
  const format = destinationOf(destination.type);
  if (format === undefined) throw new Error(`A plan was parsed with the unknown destination ${destination.type}`);
  return format;
}
