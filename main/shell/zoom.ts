import type { Input, WebContents } from 'electron';

/** Chromium's levels: each is a factor of 1.2, so 58 % to 249 %. */
const smallest = -3;
const largest = 5;

/** The level a key asks for; null when it asks for none. Plus and equals share a key on many keyboards. */
export function zoomAsked(input: Pick<Input, 'type' | 'control' | 'alt' | 'key'>, level: number): number | null {
  if (input.type !== 'keyDown' || !input.control || input.alt) return null;
  switch (input.key) {
    case '+':
    case '=':
      return Math.min(level + 1, largest);
    case '-':
      return Math.max(level - 1, smallest);
    case '0':
      return 0;
    default:
      return null;
  }
}

/**
 * Lets Ctrl with +, - and 0 change the size of everything; there is no menu to do it.
 * @param contents - the window's page
 */
export function zoomByKeys(contents: WebContents): void {
  contents.on('before-input-event', (event, input) => {
    const level = zoomAsked(input, contents.getZoomLevel());
    if (level === null) return;
    event.preventDefault();
    contents.setZoomLevel(level);
  });
}
