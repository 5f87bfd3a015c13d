import { workstationFacts } from '../ceremony/view/workstation-facts.ts';
import type { ReportedPin, ReportedToken } from '../record/report-machine.ts';
import type { Report } from '../record/report.ts';
import { paragraph, type Block } from './document.ts';
import { blocksOf } from './from-facts.ts';
import { code, hash, table, values } from './report-forms.ts';
import { kindInWords, wayInWords } from './report-keys.ts';
import { timeInWords } from './report-words.ts';

/** The workstation and the token, as they were found. */
export function machineBlocks({ workstation, token }: Report): Block[] {
  return [
    ...(workstation === null
      ? [paragraph('The workstation was not looked at.')]
      : blocksOf(workstationFacts(workstation))),
    ...(token === null ? [paragraph('No token was identified.')] : tokenBlocks(token)),
  ];
}

const ways = {
  one: 'typed by',
  parts: 'typed in parts, in this order, by',
  pad: 'typed on the pad of the token by',
} as const;

function tokenBlocks(token: ReportedToken): Block[] {
  const { pins, proofs } = token;
  return [
    values('Token', [
      code('Serial number', token.serial),
      ['Label', token.label],
      ['Model', `${token.manufacturer} ${token.model}`],
      ['Firmware', token.firmware],
      ['PKCS#11 module', `${token.moduleDescription}, Cryptoki ${token.cryptoki}`],
    ]),
    hash('SHA-256 of the PKCS#11 module', token.moduleSha256),
    pins.length === 0
      ? paragraph('No PIN was typed.')
      : table('Every PIN that was given', ['Time', 'For', 'PIN'], pins.map(pinRow)),
    ...(proofs.length === 0
      ? [paragraph('The token was not tested with throw-away keys.')]
      : [
          table(
            'What the token proved with throw-away keys',
            ['Kind', 'Way'],
            proofs.map(({ spec, ...way }) => [kindInWords(spec), wayInWords(way)]),
          ),
        ]),
  ];
}

function pinRow({ time, how, by, finalTryAccepted, step, refusedBy }: ReportedPin): string[] {
  const again = refusedBy === null ? 'Token opened again' : `Token not opened again: ${refusedBy}`;
  const last = finalTryAccepted ? '; they knew that it was the last try' : '';
  return [timeInWords(time), step ?? again, `${ways[how]} ${by.join(', ')}${last}`];
}

/** The copies of the bundle. */
export function mediaBlocks({ media }: Report): Block[] {
  if (media.length === 0) return [paragraph('Nothing was written to media as far as this record goes.')];
  const rows = media.map(({ copy, folder, files, time }) => [
    String(copy),
    folder,
    `${files}, read back equal`,
    timeInWords(time),
  ]);
  return [
    table('Copies of the bundle', ['Copy', 'Folder', 'Files', 'Written'], rows),
    ...[...new Set(media.map(({ manifestSha256 }) => manifestSha256))].map((sha256) =>
      hash('SHA-256 of MANIFEST.json', sha256),
    ),
  ];
}
