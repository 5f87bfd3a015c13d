import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { verifyChain } from '../../app/audit/chain.ts';
import { entryBytes } from '../../app/audit/entry.ts';
import { createLog } from '../../main/audit/store.ts';
import { CryptokiModule, users, type CryptokiSession } from '../../main/hsm/pkcs11.ts';
import { oaep, plain } from '../../main/hsm/mechanisms.ts';
import type { TargetKey } from '../../main/hsm/port.ts';
import * as templates from '../../main/hsm/templates.ts';
import { freshStore, newClient, openFreshToken, pin, scratchFolder } from '../support/token.ts';

/**
 * Measures the product against what it stands on, both in one run on one machine: the figure that counts is the ratio.
 * Medians, so that a busy machine disturbs both sides alike.
 */
interface Row {
  readonly what: string;
  readonly oursMs: number;
  readonly against: string;
  readonly baselineMs: number;
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

async function median(runs: number, work: (run: number) => unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const begun = now();
    await work(run);
    times.push(now() - begun);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(runs / 2)] ?? 0;
}

const { folder, remove } = scratchFolder();
try {
  const rows = [...(await token()), ...(await log())];
  process.stdout.write(`${table(rows)}\n`);
} finally {
  remove();
}

/** The HSM port, its process and its proofs, against the same PKCS#11 calls made directly. */
async function token(): Promise<Row[]> {
  const kek = generateKeyPairSync('rsa', { modulusLength: 4096 }).publicKey.export({ format: 'jwk' });
  const numbers = { modulus: bytesOf(kek.n), exponent: bytesOf(kek.e) };
  const plan = { method: 'rsa-aes', oaepHash: 'sha1', ephemeralBits: 256 } as const;
  const choice = freshStore(folder);
  const client = newClient();
  const { serial } = await openFreshToken(client, choice);
  const spec = 'ec-p256' as const;
  await client.probe([{ spec, plan, kekBits: 4096 }]);
  const id = (run: number): string => run.toString(16).padStart(32, '0');
  const made: TargetKey[] = [];
  const generate = await median(40, async (run) => {
    made.push(await client.generateTargetKey({ ckaId: id(run), spec, label: `key ${run}` }));
  });
  const wrap = await median(40, (run) => {
    const recorded = made[run];
    if (recorded === undefined) throw new Error('a key for each run');
    return client.wrapTargetKey({ ckaId: recorded.ckaId, spec, recorded, plan, kek: numbers, nonce: null });
  });
  await client.close();
  const raw = openRaw(choice.path, choice.environment, serial);
  const rawGenerate = await median(40, (run) => rawPair(raw, 1000 + run));
  const target = rawPair(raw, 5000).privateKey;
  const rawWrap = await median(40, () => {
    const kekObject = raw.createObject(templates.kek(numbers.modulus, numbers.exponent));
    const ephemeral = raw.generateKey(plain('CKM_AES_KEY_GEN'), templates.ephemeral);
    raw.wrapKey(oaep('sha1'), kekObject, ephemeral);
    raw.wrapKey(plain('CKM_AES_KEY_WRAP_KWP'), ephemeral, target);
    raw.destroyObject(ephemeral);
    raw.destroyObject(kekObject);
  });
  return [
    {
      what: 'make an EC P-256 key, every attribute read back',
      oursMs: generate,
      against: 'C_GenerateKeyPair',
      baselineMs: rawGenerate,
    },
    {
      what: 'wrap it, proof with a throw-away key included',
      oursMs: wrap,
      against: 'the bare PKCS#11 calls',
      baselineMs: rawWrap,
    },
  ];
}

function openRaw(path: string, environment: Readonly<Record<string, string>>, serial: string): CryptokiSession {
  Object.assign(process.env, environment);
  const module = new CryptokiModule(path, null);
  const slot = module.slots().find((candidate) => module.tokenInfo(candidate).serial.trim() === serial);
  if (slot === undefined) throw new Error(`no token ${serial}`);
  const session = module.openSession(slot);
  session.login(users.user, pin());
  return session;
}

function rawPair(session: CryptokiSession, run: number) {
  const place = { ckaId: run.toString(16).padStart(32, '0'), label: `raw ${run}`, lives: 'in-token' } as const;
  return session.generateKeyPair(
    plain('CKM_EC_KEY_PAIR_GEN'),
    templates.targetEcPublic('P-256', place),
    templates.targetPrivate(place),
  );
}

/** The log against plain SQLite with the same durability, and its chain against plain SHA-256 over the same bytes. */
async function log(): Promise<Row[]> {
  const ours = createLog({ file: join(folder, 'log', 'log.sqlite'), copy: join(folder, 'copies', 'log.copy') });
  const event = { type: 'note', text: 'x'.repeat(200) };
  const append = await median(500, () => ours.append('2026-11-23T14:07:32.000Z', 'bench', event));
  const entries = ours.entries();
  ours.close();
  const database = new Database(join(folder, 'plain.sqlite'));
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE entry (sequence INTEGER PRIMARY KEY, bytes BLOB) STRICT');
  const insert = database.prepare('INSERT INTO entry VALUES (?, ?)');
  const bytes = entries.map((entry) => Buffer.from(entryBytes(entry)));
  const plainAppend = await median(500, (run) => insert.run(run, bytes[run]));
  database.close();
  const verify = await median(15, () => verifyChain(entries));
  const hash = await median(15, () => bytes.forEach((one) => createHash('sha256').update(one).digest()));
  return [
    {
      what: 'append a log entry, on the disk when done',
      oursMs: append,
      against: 'plain SQLite, WAL and FULL',
      baselineMs: plainAppend,
    },
    {
      what: `verify a chain of ${entries.length} entries`,
      oursMs: verify,
      against: 'SHA-256 over the same bytes',
      baselineMs: hash,
    },
    longLog(),
  ];
}

/** A log of a million entries, read one by one as `npm run verify` does, in a process of its own for its memory. */
function longLog(): Row {
  const program = fileURLToPath(new URL('long-log.ts', import.meta.url));
  const said = execFileSync(process.execPath, [program, folder], { encoding: 'utf8' });
  const { entries, verifyMs, hashMs, peakMegabytes } = JSON.parse(said) as Record<string, number>;
  const perSecond = Math.round(((entries ?? 0) / (verifyMs ?? 1)) * 1000);
  return {
    what: `verify a log of ${entries ?? 0} entries (${perSecond} a second, at most ${peakMegabytes ?? 0} MB)`,
    oursMs: verifyMs ?? 0,
    against: 'SHA-256 over the same bytes',
    baselineMs: hashMs ?? 0,
  };
}

function bytesOf(text = ''): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, oursMs, against, baselineMs }) => [
    what,
    oursMs.toFixed(3),
    against,
    baselineMs.toFixed(3),
    `${(oursMs / baselineMs).toFixed(1)} x`,
  ]);
  const all = [['what', 'ms', 'against', 'ms', 'ratio'], ...lines];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((line) => (line[column] ?? '').length)));
  return all
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
