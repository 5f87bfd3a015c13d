import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, type Font } from 'fontkit';
import { unpackWoff } from './woff.ts';

/** The three faces of paper. */
export type Face = 'regular' | 'strong' | 'code';

/** A font file of a face: it has the letters of one script, or some of them. */
export interface Cut {
  /** Unique among all cuts: what the page calls it. */
  readonly name: string;
  readonly font: Font;
}

/** The cuts of each face, in the order in which they are asked for a letter. */
export type Fonts = Readonly<Record<Face, readonly Cut[]>>;

const scripts = ['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext', 'greek', 'vietnamese'] as const;

/** Greek is not in IBM Plex Mono. */
const faces = {
  regular: { family: 'ibm-plex-sans', weight: 400, scripts },
  strong: { family: 'ibm-plex-sans', weight: 600, scripts },
  code: { family: 'ibm-plex-mono', weight: 400, scripts: scripts.filter((script) => script !== 'greek') },
} as const;

/**
 * Reads the typefaces of printed paper.
 * @param folder - the one that holds the folders `ibm-plex-sans` and `ibm-plex-mono`, see `Locations.fonts`
 * @throws the system's error when one is missing: a fault of the installation
 */
export function readFonts(folder: string): Fonts {
  const cutsOf = (face: Face): Cut[] => {
    const { family, weight, scripts: own } = faces[face];
    return own.map((script) => {
      const name = `${family}-${script}-${weight}-normal`;
      const woff = readFileSync(join(folder, family, 'files', `${name}.woff`));
      return { name, font: create(Buffer.from(unpackWoff(woff))) as Font };
    });
  };
  const [regular, strong, code] = [cutsOf('regular'), cutsOf('strong'), cutsOf('code')];
  // A letter that the monospaced face lacks is better set in the other than not at all.
  return { regular, strong, code: [...code, ...regular] };
}
