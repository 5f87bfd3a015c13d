import { describe, expect, it } from 'vitest';
import { zoomAsked } from '../../../main/shell/zoom.ts';

const key = (name: string, more = {}) => ({ type: 'keyDown' as const, control: true, alt: false, key: name, ...more });

describe('zoom by keys', () => {
  it('goes up, down and back', () => {
    expect(zoomAsked(key('+'), 1)).toBe(2);
    expect(zoomAsked(key('='), 1)).toBe(2);
    expect(zoomAsked(key('-'), 1)).toBe(0);
    expect(zoomAsked(key('0'), 4)).toBe(0);
  });

  it('stops at both ends', () => {
    expect(zoomAsked(key('+'), 5)).toBe(5);
    expect(zoomAsked(key('-'), -3)).toBe(-3);
  });

  it('leaves every other key to the page', () => {
    expect(zoomAsked(key('a'), 0)).toBeNull();
    expect(zoomAsked(key('+', { control: false }), 0)).toBeNull();
    expect(zoomAsked(key('0', { alt: true }), 0)).toBeNull();
    expect(zoomAsked(key('+', { type: 'keyUp' }), 0)).toBeNull();
  });
});
