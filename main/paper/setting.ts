import type { Element, Sheets } from './sheets.ts';
import type { Type } from './type.ts';

/** Where blocks are set: the sheets, the type, the column, and the element of the structure that they belong to. */
export interface Setting {
  readonly sheets: Sheets;
  readonly type: Type;
  /** Left end of the column, in points from the left edge. */
  readonly x: number;
  readonly width: number;
  readonly parent: Element;
}

/** The column without so much of its left end. */
export function indented(setting: Setting, by: number): Setting {
  return { ...setting, x: setting.x + by, width: setting.width - by };
}
