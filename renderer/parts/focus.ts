import type { Attachment } from 'svelte/attachments';

/** Begins a page at its top, with the focus on its title: what stood there before may have been scrolled. */
export const beginAtTitle: Attachment<HTMLElement> = (title) => {
  title.closest('main')?.scrollTo(0, 0);
  window.scrollTo(0, 0);
  title.focus({ preventScroll: true });
};

/** Moves the focus to work or a refusal as soon as it appears: what is new is also in sight. */
export const focusOnAppearance: Attachment<HTMLElement> = (element) => {
  element.focus();
};

/** Moves the focus to an answer that is longer than the screen: it is read from its beginning. */
export const beginHere: Attachment<HTMLElement> = (element) => {
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: 'start' });
};

/**
 * Moves the focus to what is still missing.
 * @param id - of the field; nothing happens when it is not on screen
 */
export function focusField(id: string): void {
  const field = document.getElementById(id);
  field?.focus();
  field?.scrollIntoView({ block: 'nearest' });
}

/** Elements to which the Enter key already means something else than the primary action. */
const ownEnter = 'button, a[href], textarea, select, summary, [role="dialog"], [role="alertdialog"]';

/**
 * Says whether a key press asks for the primary action. A key that is held down confirms nothing: it would run
 * through several steps.
 * @returns true for Enter, unless the focus is where Enter has its own meaning
 */
export function isPrimaryKey(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' || event.repeat || event.isComposing || event.defaultPrevented) return false;
  return !(event.target instanceof Element && event.target.closest(ownEnter));
}
