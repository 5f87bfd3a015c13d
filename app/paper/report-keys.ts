import { wrapInWords } from '../byok/ways.ts';
import type { WrapPlan } from '../byok/format.ts';
import { keySpecNames, specInWords } from '../keys/specs.ts';
import { formatKcv } from '../keys/kcv.ts';
import type { ReportedWay } from '../record/report-machine.ts';
import type { Report } from '../record/report.ts';
import type { Block } from './document.ts';
import { code, hash, inGroups, sharedTable, values } from './report-forms.ts';
import { timeInWords } from './report-words.ts';

type ReportedKey = Report['keys'][number];

const states: Readonly<Record<ReportedKey['state'], string>> = {
  planned: 'not made as far as this record goes',
  'in-token': 'made in the token, and still there',
  'found-in-token': 'was in the token before, and is still there',
  destroyed: 'destroyed in the token',
};

const performances = {
  single: 'in one call',
  composed: 'in two steps inside the token',
  native: 'in one call that makes the ephemeral key too',
} as const;

/** Every key of the plan: what identifies it, under which wrapping key it left, and what became of it. */
export function keyBlocks({ keys }: Report): Block[] {
  return keys.flatMap((key): Block[] => [
    { kind: 'heading', level: 2, text: `Key ${key.id}` },
    identity(key),
    ...(key.publicKeySha256 === null ? [] : [hash(`${key.id}: SHA-256 of the public key`, key.publicKeySha256)]),
    ...wrapping(key),
    ...files(key),
  ]);
}

function identity(key: ReportedKey): Block {
  const { spec, destination, ckaId, checkValues, attributes } = key;
  return values('What it is', [
    ['Kind', kindInWords(spec)],
    ['Goes to', destinationInLine(destination)],
    ...(key.leftOut === null ? [] : ([['Left out by the quorum', key.leftOut]] as const)),
    ['What became of it', states[key.state]],
    ckaId === null ? ['CKA_ID', 'none'] : code('CKA_ID', ckaId),
    ...checkValues.map((value) => code('Check value', formatKcv(value))),
    ...(attributes.length === 0 ? [] : ([['Attributes', attributesInWords(attributes)]] as const)),
  ]);
}

/** Whatever differs is named; that a key whose attributes differ is never used is the engine's business. */
function attributesInWords(attributes: ReportedKey['attributes']): string {
  const other = attributes.filter(({ asked, found }) => asked !== found);
  const read = `${attributes.length} read back`;
  return other.length === 0
    ? `${read}, each as asked for`
    : `${read}; not as asked for: ${other.map(({ name, asked, found }) => `${name} ${found} instead of ${asked}`).join(', ')}`;
}

/** `RSA 4096`; a kind that this version does not know stays as it is written. */
export function kindInWords(spec: string): string {
  const known = keySpecNames.find((name) => name === spec);
  return known === undefined ? spec : specInWords(known);
}

/** As the plan names it: `azure-key-vault; vault contoso-prod; keyName payroll-root`. */
function destinationInLine({ type, ...more }: ReportedKey['destination']): string {
  const said = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  return [type, ...Object.entries(more).map(([name, value]) => `${name} ${Array.isArray(value) ? value.map(said).join(', ') : said(value)}`)].join('; '); // prettier-ignore
}

function wrapping({ id, kek, wrap }: ReportedKey): Block[] {
  if (kek === null) return [];
  return [
    hash(`${id}: SHA-256 of the wrapping key`, kek.spkiSha256),
    values('The wrapping key, and what was done with it', [
      ['Size', `${kek.bits} bits`],
      ['Named by its files', kek.id ?? 'no name'],
      ['Ends', kek.deadline === null ? 'no end is known' : timeInWords(kek.deadline)],
      ['Wrapped by', wrap === null ? 'not wrapped as far as this record goes' : wayInWords(wrap)],
    ]),
  ];
}

/** A log of this version names no hash that the words do not know. */
export function wayInWords({ performed, ...way }: ReportedWay): string {
  return `${wrapInWords(way as WrapPlan)}, ${performances[performed]}`;
}

function files({ id, wrap, files: written }: ReportedKey): Block[] {
  const rows = [
    ...(wrap?.parts ?? []).map(({ name, sha256, bytes }) => [name, String(bytes), inGroups(sha256)]),
    ...written.map(({ path, sha256, bytes }) => [path.slice(`keys/${id}/`.length), String(bytes), inGroups(sha256)]),
  ];
  if (rows.length === 0) return [];
  const columns = [
    { heading: 'Wrapped part, or file of the bundle', share: 9 },
    { heading: 'Bytes', share: 2 },
    { heading: 'SHA-256', share: 9, isCode: true },
  ];
  return [sharedTable('What came out of the token', columns, rows)];
}
