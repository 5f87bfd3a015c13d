import { join } from 'node:path';

/** Where the parts of the application lie. */
export interface Locations {
  readonly renderer: string;
  readonly preload: string;
  readonly hsmProcess: string;
  readonly icon: string;
  /** The soft token a rehearsal uses. */
  readonly rehearsalModule: string;
  /** The sample plan and the inbound media that go with it. */
  readonly samples: string;
  /** The verifier in Python that goes with every bundle. */
  readonly verifier: string;
  /** The typefaces of printed paper, a folder for each family. */
  readonly fonts: string;
}

/**
 * @param application - folder or archive that holds package.json and dist
 * @param resources - folder of a package's loose files; null in a checkout, where they lie where they are kept and built
 * @returns where every part is
 */
export function locate(application: string, resources: string | null): Locations {
  const built = join(application, 'dist');
  const kept = resources ?? join(application, 'resources');
  return {
    renderer: join(built, 'renderer'),
    preload: join(built, 'preload', 'preload.cjs'),
    hsmProcess: join(built, 'main', 'hsm-process.js'),
    icon: join(kept, 'icons', '256x256.png'),
    rehearsalModule: join(resources ?? built, 'token', 'libsofthsm2.so'),
    samples: join(kept, 'samples'),
    verifier: join(kept, 'verifier', 'verify.py'),
    fonts: resources === null ? join(application, 'node_modules', '@fontsource') : join(resources, 'fonts'),
  };
}
