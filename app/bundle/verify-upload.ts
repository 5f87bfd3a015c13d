import { equalBytes, utf8ToBytes } from '../keys/bytes.ts';
import { refuse } from '../rules/refusal.ts';
import { carriedIn, unknownInPlan } from './carried-keys.ts';
import { layout } from './layout.ts';
import { factsOf, type LogFacts } from './log-facts.ts';
import { noticesFrom } from './notices.ts';
import type { UploadSheet } from './upload-content.ts';
import { uploadHtml } from './upload-html.ts';
import { uploadMarkdown } from './upload-md.ts';
import { sheetOf } from './upload-sheet.ts';
import { holds, notCheckable, type Finding, type Readings } from './verification.ts';

const rule = 'BUNDLE-UPLOAD-AS-LOGGED';

/**
 * Whether UPLOAD.md and its printable page are what the log and the plan give. Their wording is that of a version, so only
 * the version that wrote them can say.
 * @param application - name and version of this application, as a manifest has its generator
 * @throws Refused with BUNDLE-UPLOAD-AS-LOGGED, or with what the plan violates
 */
export function checkUpload({ files, manifest, entries }: Readings, application: string): Finding {
  if (manifest.generator !== application) {
    return notCheckable(`It was written by ${manifest.generator}; this is ${application}, whose words may be others.`);
  }
  const facts = factsOf(entries);
  const unknown = unknownInPlan(facts);
  if (unknown !== undefined) return notCheckable(`This version does not know ${unknown}.`);
  const sheet = sheetIn(facts);
  const written = { [layout.upload]: uploadMarkdown(sheet), [layout.uploadPage]: uploadHtml(sheet) };
  for (const [path, text] of Object.entries(written)) {
    const found = files.get(path) ?? refuse(rule, `${path} is missing.`);
    if (!equalBytes(found, utf8ToBytes(text))) refuse(rule, `${path} says something else than log and plan.`);
  }
  return holds(`keys: ${sheet.keys.length}, notices: ${sheet.notices.length}`);
}

/**
 * The upload sheet that a log gives, the plan in it included.
 * @throws Refused as {@link checkUpload}
 */
export function sheetIn(facts: LogFacts): UploadSheet {
  const { opened, createdAt, workstation, leftOut } = facts;
  if (opened === null || createdAt === null) return refuse(rule, 'The log does not tell of a bundle.');
  const { plan, carried } = carriedIn(facts, rule);
  return sheetOf({
    ceremony: opened.ceremony,
    title: plan.title,
    mode: opened.mode,
    createdAt,
    notices: noticesFrom({ plan: plan.notices, workstation, keks: carried.flatMap(({ kek }) => kek.notices), leftOut }),
    keys: carried.map(({ planned: { id, spec, destination, after }, kek, way: { wrap } }) => ({
      keyId: id,
      spec,
      destination,
      after,
      kek: { id: kek.id, bits: kek.bits },
      wrap: { method: wrap.method, oaepHash: wrap.oaepHash },
      deadline: kek.deadline,
    })),
  });
}
