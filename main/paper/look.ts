import type { Style } from './type.ts';

/** Every measure of the page, in points: 72 to the inch, A4 is 595.28 by 841.89. */
export const page = {
  width: 595.28,
  height: 841.89,
  left: 62,
  right: 48,
  top: 82,
  bottom: 78,
} as const;

/** How wide a line of the page is. */
export const measure = page.width - page.left - page.right;

/** How much of the page is for what it says. */
export const room = page.height - page.top - page.bottom;

export const ink = { text: '#16181d', quiet: '#565b66', rule: '#9aa0ab', rehearsal: '#9a5b00' } as const;

export const hairline = 0.4;
export const thinRule = 0.75;

function style(face: Style['face'], size: number, leading: number, colour: string = ink.text): Style {
  return { face, size, leading, colour };
}

export const styles = {
  name: style('regular', 13, 18, ink.quiet),
  cover: style('strong', 27, 33),
  heading1: style('strong', 19, 25),
  heading2: style('strong', 13.5, 19),
  step: style('strong', 11.5, 15.5),
  body: style('regular', 9.75, 14),
  say: style('regular', 11.25, 16),
  label: style('strong', 8, 11),
  small: style('regular', 7.5, 10, ink.quiet),
  cell: style('regular', 8.75, 11.75),
  cellHead: style('strong', 8, 11),
  code: style('code', 8.25, 11.75),
  hex: style('code', 13.5, 17),
  words: style('regular', 9.5, 13),
  quietCode: style('code', 7, 10, ink.quiet),
  running: style('regular', 8, 10, ink.quiet),
  mark: style('strong', 9, 12, ink.rehearsal),
} as const satisfies Readonly<Record<string, Style>>;
