import type { Attachment } from 'svelte/attachments';

/** Makes a region reachable by keyboard, but only while there is something in it to scroll to. */
export const focusableWhileScrolling: Attachment<HTMLElement> = (element) => {
  const update = (): void => {
    if (element.scrollHeight > element.clientHeight + 1) element.tabIndex = 0;
    else element.removeAttribute('tabindex');
  };
  const observer = new ResizeObserver(update);
  observer.observe(element);
  for (const child of element.children) observer.observe(child);
  return () => observer.disconnect();
};
