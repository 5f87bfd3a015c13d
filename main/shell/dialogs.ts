import { dialog, type BrowserWindow } from 'electron';

/** The file and folder choices of the system; each resolves to an absolute path, or null when nothing was chosen. */
export interface Dialogs {
  readonly chooseFile: () => Promise<string | null>;
  readonly chooseModule: () => Promise<string | null>;
  readonly chooseFolder: (direction: 'inbound' | 'outbound') => Promise<string | null>;
}

const folderTitles = {
  inbound: 'Choose the inbound media',
  outbound: 'Choose the outbound media',
} as const;

/**
 * @param window - the window the dialogs belong to
 * @returns the dialogs
 */
export function createDialogs(window: BrowserWindow): Dialogs {
  const choose = async (options: Electron.OpenDialogOptions): Promise<string | null> => {
    const { filePaths } = await dialog.showOpenDialog(window, options);
    return filePaths[0] ?? null;
  };
  return {
    chooseFile: () =>
      choose({
        title: 'Choose a plan',
        properties: ['openFile', 'dontAddToRecent'],
        filters: [{ name: 'Plan', extensions: ['json'] }],
      }),
    chooseModule: () =>
      choose({
        title: 'Choose the PKCS#11 module of the HSM',
        properties: ['openFile', 'dontAddToRecent'],
      }),
    chooseFolder: (direction) =>
      choose({ title: folderTitles[direction], properties: ['openDirectory', 'dontAddToRecent'] }),
  };
}
