import { ipcMain, type BrowserWindow } from 'electron';
import type { NoticeName, NoticePayload } from '../../app/contract/calls.ts';
import { channels } from '../../app/contract/channels.ts';
import type { Door } from './door.ts';

/**
 * Hangs the door into the one channel the window can call through.
 * @param window - the only window whose messages are answered
 * @param door - see createDoor
 */
export function openDoor(window: BrowserWindow, door: Door): void {
  ipcMain.handle(channels.call, (event, name: unknown, input: unknown) =>
    door(
      {
        isOurWindow: event.sender === window.webContents,
        isTopFrame: event.senderFrame?.parent === null,
        origin: event.senderFrame?.origin ?? '',
      },
      name,
      input,
    ),
  );
}

/**
 * Tells the window something unasked; a window that is gone is not told.
 * @param window - the window to tell
 * @param name - which notice
 * @param payload - what it carries
 */
export function notify<N extends NoticeName>(window: BrowserWindow, name: N, payload: NoticePayload<N>): void {
  if (!window.isDestroyed()) window.webContents.send(channels.notice, name, payload);
}
