import * as v from 'valibot';
import { refuse } from '../../rules/refusal.ts';
import { nothingCarried, type InboundFile, type InboundReading, type RoomTime, type Way } from '../format.ts';
import { notRecognised, onlyOne, parseMembers, readmeLabel } from '../inbound/candidates.ts';
import { checkDeadline, momentOf } from '../inbound/deadline.ts';
import { readPemMember } from '../inbound/pem-member.ts';
import { encodingNotices, recogniseFile, type Recognised } from '../inbound/recognise.ts';
import { exponentNotices, rsaKek } from '../inbound/rsa-kek.ts';
import { algorithmOf, type GoogleDestination } from './destination.ts';

const text = v.nullish(v.string(), null);

/**
 * `gcloud kms import-jobs describe --format=json`, as far as it is used: an ImportJob of googleapis,
 * google/cloud/kms/v1/resources.proto, in JSON spelling. Key and end appear when the job becomes active.
 */
const importJob = v.looseObject({
  name: v.string(),
  state: v.string(),
  importMethod: v.string(),
  protectionLevel: v.nullish(v.pipe(v.string(), v.regex(/^[A-Z_]{1,40}$/, 'is no protection level')), null),
  expireTime: text,
  publicKey: v.nullish(v.looseObject({ pem: v.string() }), null),
});

type ImportJob = v.InferOutput<typeof importJob>;

/** One inbound file as Google's. */
type GoogleFile = { readonly file: string } & (
  { readonly kind: 'job'; readonly job: ImportJob } | { readonly kind: 'readme' }
);

const jobLabel = 'import job JSON of Google';

/**
 * Reads the import job that was carried in for one key. Its attestation is not looked at: the online desk verifies it
 * with Google's chain.
 * @param files - every file of the key's folder
 * @param destination - parsed by the schema
 * @param ways - what the service has for the planned algorithm
 * @param room - the room's time, and the hours that the upload may take
 * @throws Refused with an INBOUND, KEK or IMPORT rule
 */
export function readImportJob(
  files: readonly InboundFile[],
  destination: GoogleDestination,
  ways: readonly Way[],
  room: RoomTime,
): InboundReading {
  const recognised = files.map(recogniseFile);
  const found = recognised.map(asGoogleFile);
  const given = onlyOne(found, 'job', jobLabel);
  if (given === undefined) return refuse('INBOUND-FILES-COMPLETE', `There is no ${jobLabel}.`);
  const { job, file } = given;
  checkJob(job, destination, file);
  const end = checkDeadline(
    momentOf(present(job.expireTime, `${file}: expireTime`), `${file}: expireTime`),
    'the import job',
    file,
    room,
  );
  const way = wayOfJob(job, destination, ways, file);
  const place = `${file}: publicKey.pem`;
  const key = readPemMember(present(job.publicKey, `${file}: publicKey`).pem, place);
  const numbers = rsaKek(key, [...new Set(ways.flatMap(({ kekBits }) => kekBits))], place);
  if (!way.kekBits.includes(numbers.bits)) {
    refuse('IMPORT-JOB-METHOD-FITS', `${file}: ${job.importMethod} has a public key of ${numbers.bits} bits.`);
  }
  const labels = {
    job: [jobLabel, way.option, `protection level ${job.protectionLevel ?? 'not named'}`].join(', '),
    readme: readmeLabel,
  };
  return {
    kek: { ...numbers, id: job.name, deadline: end.deadline, option: way.option },
    carried: nothingCarried,
    recognised: found.map((each) => ({ file: each.file, as: labels[each.kind] })),
    notices: [...encodingNotices(recognised), ...exponentNotices(numbers, place), ...end.notices],
  };
}

function asGoogleFile(found: Recognised): GoogleFile {
  const { file, kind } = found;
  switch (kind) {
    case 'json':
      return { file, kind: 'job', job: parseMembers(importJob, found.value, file) };
    case 'readme':
      return { file, kind };
    case 'key':
      return notRecognised(
        found,
        `a public key alone; bring the ${jobLabel}, which says by which method and until when`,
      );
    case 'text':
    case 'bytes':
      return notRecognised(found, `no ${jobLabel}`);
  }
}

function checkJob({ name, state }: ImportJob, destination: GoogleDestination, file: string): void {
  if (name !== destination.importJob) {
    refuse('INBOUND-FOR-PLANNED-KEY', `${file} is for ${name.slice(0, 300)}; the plan says ${destination.importJob}.`);
  }
  if (state !== 'ACTIVE')
    refuse('IMPORT-JOB-ACTIVE', `${file}: the state of the import job is "${state.slice(0, 40)}".`);
}

/** The method in the spelling of the API: `RSA_OAEP_4096_SHA256_AES_256`. */
function wayOfJob(
  { importMethod }: ImportJob,
  destination: GoogleDestination,
  ways: readonly Way[],
  file: string,
): Way {
  const way = ways.find(({ option }) => option.replaceAll('-', '_').toUpperCase() === importMethod);
  if (way !== undefined) return way;
  const { spec } = algorithmOf(destination);
  const reason = `the method "${importMethod.slice(0, 60)}" carries no ${spec} key`;
  return refuse('IMPORT-JOB-METHOD-FITS', `${file}: ${reason}; ${ways.map(({ option }) => option).join(', ')} do.`);
}

function present<T>(value: T | null, place: string): T {
  return value ?? refuse('INBOUND-JSON-MEMBERS', `${place} is missing.`);
}
