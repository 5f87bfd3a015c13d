import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openssl } from '../../support/openssl.ts';
import { Desk, makeKek } from '../../support/rehearsal.ts';
import { scratchFolder } from '../../support/token.ts';
import { azureKey, planWith } from '../../support/walk.ts';

// What a rehearsal leaves in its record is checked here by OpenSSL and the standard library alone: nothing of Keyferry reads
// it. Anybody with the bundle can do the same.

interface Line {
  readonly sequence: number;
  readonly previous: string;
  readonly event: Readonly<Record<string, unknown>> & { readonly type: string };
}

interface Named {
  readonly id: string;
  readonly roles: readonly string[];
}

/** What is signed, as anybody can make it again from the record. */
interface Signed {
  readonly person: string;
  readonly subject: string;
  readonly message: Buffer;
  readonly signature: Buffer;
  readonly key: Buffer;
}

const scratch = scratchFolder();
let lines: Line[];
let people: Named[];

beforeAll(() => {
  const desk = new Desk(scratch.folder);
  desk.plan(planWith([azureKey('root'), azureKey('leaf')]));
  const kek = makeKek();
  for (const key of ['root', 'leaf']) desk.bring(key, 'kek.json', kek.json());
  const run = desk.rehearse();
  expect([run.code, run.stderr.includes('refused')]).toEqual([0, false]);
  const { bundle } = JSON.parse(run.stdout) as { bundle: string };
  lines = readFileSync(join(bundle, 'record', 'log.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  people = (
    eventsOf('step-confirmed').find(({ step }) => step === 'roll-call.people')?.['input'] as { people: Named[] }
  ).people;
});

afterAll(() => scratch.remove());

const eventsOf = (type: string): Line['event'][] =>
  lines.map(({ event }) => event).filter((event) => event.type === type);
const hash = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

/** RFC 8785 for what stands in the record: members sorted, no white space; it holds whole numbers only. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

/** Every signature of the record, over the statement that follows from its place in it. */
function signatures(type: 'approval-given' | 'approval-key-registered'): Signed[] {
  const opened = eventsOf('ceremony-opened')[0];
  const keys = new Map(
    eventsOf('approval-key-registered').map((event) => [event['person'], String(event['publicKey'])]),
  );
  let asked = '';
  return lines.flatMap(({ sequence, previous, event }): Signed[] => {
    if (event.type === 'approval-asked') asked = hash(canonical(event['parameters']));
    if (event.type !== type) return [];
    const isApproval = type === 'approval-given';
    const person = String(event['person']);
    const statement = {
      keyferryStatement: 1,
      ceremony: opened?.['ceremony'],
      planSha256: opened?.['planSha256'],
      purpose: isApproval ? 'approval' : 'roll-call',
      subject: isApproval ? event['subject'] : 'roll-call',
      parameters: isApproval ? asked : hash(canonical(people.find(({ id }) => id === person))),
      person,
      log: { size: sequence - 1, head: previous },
    };
    return [
      {
        person,
        subject: String(statement.subject),
        message: Buffer.from(canonical(statement)),
        signature: Buffer.from(String(event['signature']), 'hex'),
        key: Buffer.from(keys.get(person) ?? '', 'hex'),
      },
    ];
  });
}

/** What OpenSSL says of a signature. */
function verdict({ message, signature, key }: Signed): string {
  const [keyFile, signatureFile] = [join(scratch.folder, 'key.der'), join(scratch.folder, 'signature.der')];
  writeFileSync(keyFile, key);
  writeFileSync(signatureFile, signature);
  try {
    const args = ['dgst', '-sha256', '-verify', keyFile, '-keyform', 'DER', '-signature', signatureFile];
    return Buffer.from(openssl(args, message)).toString().trim();
  } catch {
    return 'Verification failure';
  }
}

describe('the record of a rehearsal', () => {
  it('holds a key of everybody, each proved by a signature at roll call that OpenSSL finds valid', () => {
    const proofs = signatures('approval-key-registered');
    expect(proofs.map(({ person }) => person)).toEqual(people.map(({ id }) => id));
    expect(proofs.map(verdict)).toEqual(proofs.map(() => 'Verified OK'));
  });

  it('holds for every sensitive step approvals by exactly the quorum, each valid over what the screen showed', () => {
    const approvals = signatures('approval-given');
    const steps = ['roll-call.start', 'bring-in.accept', 'keys.make', 'wrap.approve', 'take-out.write'];
    expect([...new Set(approvals.map(({ subject }) => subject))]).toEqual(steps);
    for (const step of steps) {
      const by = approvals.filter(({ subject }) => subject === step).map(({ person }) => person);
      const roles = by.flatMap((person) => people.find(({ id }) => id === person)?.roles ?? []);
      expect([step, roles]).toEqual([step, ['custodian', 'custodian', 'witness']]);
      expect(new Set(by).size).toBe(3);
      const confirmed = eventsOf('step-confirmed').find((event) => event['step'] === step);
      expect(confirmed?.['confirmedBy']).toEqual(by);
    }
    expect(approvals.map(verdict)).toEqual(approvals.map(() => 'Verified OK'));
  });

  it('holds no approval that would be valid of another step, another place of the log or another person', () => {
    const [first, second] = signatures('approval-given');
    if (first === undefined || second === undefined) throw new Error('there are several');
    const moved = Buffer.from(
      first.message.toString().replace(/"size":(\d+)/u, (_, size) => `"size":${Number(size) + 1}`),
    );
    const elsewhere = Buffer.from(first.message.toString().replace('roll-call.start', 'wrap.approve'));
    const changed = [{ ...first, message: moved }, { ...first, message: elsewhere }, { ...first, key: second.key }, { ...first, signature: second.signature }]; // prettier-ignore
    expect(changed.map(verdict)).toEqual(changed.map(() => 'Verification failure'));
  });
});
