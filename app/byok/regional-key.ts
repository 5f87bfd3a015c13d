import type { DestinationFormat } from './format.ts';
import { readParametersFile, type ParametersFile } from './inbound/import-parameters.ts';
import { endInWords } from './valid-to.ts';

/** A key of a cloud that follows the API of AWS KMS, named by its id in a region. */
interface RegionalKey {
  readonly type: string;
  readonly region: string;
  readonly keyId: string;
  readonly wrappingAlgorithm: string;
  readonly validTo?: string;
}

type Shared =
  'title' | 'option' | 'cautions' | 'scope' | 'isKekId' | 'takesZip' | 'target' | 'describe' | 'readInbound';

/**
 * What the clouds that follow AWS KMS have alike: the wrapping key is made for one key, by one call, and comes as JSON.
 * @param title - the service, by the name that people say
 * @param parametersFile - its answer to GetParametersForImport
 */
export function regionalKey<D extends RegionalKey>(
  title: string,
  parametersFile: ParametersFile,
): Pick<DestinationFormat<D>, Shared> {
  const placeOf = ({ region, keyId }: D): string => `${region}/${keyId}`;
  return {
    title,
    option: ({ wrappingAlgorithm }) => wrappingAlgorithm,
    cautions: () => [],
    scope: placeOf,
    isKekId: ({ keyId }, id) => id === keyId,
    takesZip: false,
    target: placeOf,
    describe: ({ region, keyId, validTo }) => ({
      service: title,
      place: `region ${region}`,
      name: keyId,
      uses: 'encrypt, decrypt',
      end: endInWords(validTo),
      kekLabel: 'For KMS key',
    }),
    readInbound: (files, { keyId }, room) => readParametersFile(files, keyId, parametersFile, room),
  };
}
