// What the packaged application can never be talked into. All nine are set, so that a new one cannot slip in unseen.
import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from '@electron/fuses';

/** @type {Record<FuseV1Options, boolean>} */
const released = {
  // The package is no Node: the headless commands run from the checkout, the HSM process is a utility process.
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  // Without effect on Linux, where the package's own signature has to do this.
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
  // Bounds checks of WebAssembly by the processor; the application has none, Electron's default stays.
  [FuseV1Options.WasmTrapHandlers]: true,
};

/** Playwright speaks to a copy of the package through the inspector, and through nothing else that differs. */
const tested = { ...released, [FuseV1Options.EnableNodeCliInspectArguments]: true };

/** @param {string} executable @param {Record<FuseV1Options, boolean>} fuses */
async function set(executable, fuses) {
  await flipFuses(executable, { version: FuseVersion.V1, strictlyRequireAllFuses: true, ...fuses });
}

/** Sets the fuses of a release. @param {string} executable */
export const fuseForRelease = (executable) => set(executable, released);

/** Sets the fuses of a test copy. @param {string} executable */
export const fuseForTest = (executable) => set(executable, tested);

/**
 * Reads the fuses back from the executable itself.
 * @param {string} executable
 * @returns {Promise<string[]>} the names of those that differ from a release; empty when all are as they must be
 */
export async function wrongFuses(executable) {
  const wire = await getCurrentFuseWire(executable);
  const found = /** @type {Record<string, FuseState>} */ (/** @type {unknown} */ (wire));
  return Object.entries(released)
    .filter(([fuse, isOn]) => found[fuse] !== (isOn ? FuseState.ENABLE : FuseState.DISABLE))
    .map(([fuse]) => FuseV1Options[Number(fuse)] ?? fuse);
}
