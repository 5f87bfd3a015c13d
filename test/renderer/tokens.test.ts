import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../../renderer/styles/tokens.css'), 'utf8');
const colours = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/gu)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
);

/** Relative luminance of an sRGB colour, WCAG 2.2. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of two colours, WCAG 2.2. */
function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

const grounds = ['paper', 'sheet', 'wash', 'amber-wash', 'red-wash'];
const pairs = [
  // Text, on every ground it is set on.
  ...['ink', 'ink-soft'].flatMap((text) => grounds.map((ground) => ({ front: text, back: ground, least: 4.5 }))),
  ...['accent', 'green', 'red', 'amber'].flatMap((text) =>
    ['paper', 'sheet'].map((ground) => ({ front: text, back: ground, least: 4.5 })),
  ),
  { front: 'on-accent', back: 'accent', least: 4.5 },
  { front: 'on-hatch', back: 'hatch-paper', least: 4.5 },
  ...['red', 'amber'].map((text) => ({ front: text, back: `${text}-wash`, least: 4.5 })),
  { front: 'green', back: 'red-wash', least: 4.5 },
  // Edges of fields and rules, and shapes that carry a meaning.
  ...['paper', 'sheet', 'wash'].map((ground) => ({ front: 'edge', back: ground, least: 3 })),
  { front: 'accent', back: 'wash', least: 3 },
];

function colour(name: string, theme: 'light' | 'dark'): string {
  const pair = colours.get(name);
  if (pair === undefined) throw new Error(`tokens.css has no colour --${name}`);
  return pair[theme];
}

describe('the measure of contrast', () => {
  it('agrees with the published extremes and a published pair', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#777777')).toBe(1);
    // WebAIM's example: #767676 on white is the lightest grey that passes.
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
  });
});

describe.each(['light', 'dark'] as const)('colours of the %s theme', (theme) => {
  it.each(pairs)('$front on $back has at least $least', ({ front, back, least }) => {
    expect(contrast(colour(front, theme), colour(back, theme))).toBeGreaterThanOrEqual(least);
  });
});

it('has no colour outside the pairs', () => {
  const declared = [...css.matchAll(/#[0-9a-f]{3,8}\b/giu)].length;
  expect(declared).toBe(colours.size * 2);
});
