import { describe, expect, it } from 'vitest';
import type { Reply } from '../../app/contract/define.ts';
import type { CheckedRecord } from '../../app/contract/record-calls.ts';
import { refusal } from '../../app/rules/refusal.ts';
import { connect } from '../../renderer/bridge/client.ts';
import type { RecordCheck } from '../../renderer/state/record-check.svelte.ts';
import { Session } from '../../renderer/state/session.svelte.ts';
import { groupsOf, verdictWords } from '../../renderer/words/verdict.ts';

// Whoever checks a record must never take the answer to one question for the answer to another.

const sound: CheckedRecord = {
  folder: '/media/usb/keyferry-rehearsal-1',
  ceremony: 'rehearsal-1',
  verdict: 'holds',
  results: [
    { rule: 'BUNDLE-MANIFEST-SCHEMA', outcome: 'holds', detail: 'read' },
    { rule: 'BUNDLE-LOG-KEY-TRUSTED', outcome: 'not-checkable', detail: 'nobody named one' },
    { rule: 'BUNDLE-SIGNED', outcome: 'holds', detail: 'by the log key' },
  ],
};
const mistyped = refusal('CHECKPOINT-AS-PEOPLE-WRITE-IT', 'no such checkpoint');

/** Somebody opens the check; main answers each call with the next of the replies. */
function begin(...replies: Reply<unknown>[]): { check: RecordCheck; session: Session; sent: unknown[] } {
  const sent: unknown[] = [];
  const call = async (name: string, input: unknown): Promise<Reply<unknown>> => {
    if (name !== 'record.check') return { ok: true, value: null };
    sent.push(input);
    return replies.shift() ?? { ok: true, value: null };
  };
  const session = new Session(connect({ call, onNotice: () => undefined }));
  session.checkRecord();
  return { check: session.recordCheck ?? expect.unreachable(), session, sent };
}

describe('the check of a record', () => {
  it('sends what is typed from the paper, and none where nothing is', async () => {
    const { check, sent } = begin();
    await check.choose();
    check.paper.checkpoint = '  ';
    check.paper.logKeySha256 = ' ';
    await check.choose();
    check.paper.checkpoint = ' 57 cowbell stethoscope ';
    check.paper.manifestSha256 = ' 0E2F 91C4 ';
    await check.choose();
    const nothing = { checkpoint: null, manifestSha256: null, logKeySha256: null };
    const something = { ...nothing, checkpoint: '57 cowbell stethoscope', manifestSha256: '0E2F 91C4' };
    expect(sent).toEqual([{ paper: nothing }, { paper: nothing }, { paper: something }]);
  });

  it('keeps with the answer what was asked about, whatever is typed later', async () => {
    const { check } = begin({ ok: true, value: sound });
    check.paper.checkpoint = '57 cowbell stethoscope';
    await check.choose();
    check.paper.checkpoint = '58 cowbell stethoscope';
    check.paper.logKeySha256 = '4C16';
    const paper = { checkpoint: '57 cowbell stethoscope', manifestSha256: null, logKeySha256: null };
    expect(check.found).toEqual({ ...sound, paper });
  });

  it('leaves the last answer where nobody chooses a folder, and takes it away when the next is refused', async () => {
    const { check, session } = begin({ ok: true, value: sound }, { ok: true, value: null }, { ok: false, refusal: mistyped }); // prettier-ignore
    await check.choose();
    await check.choose();
    expect(check.found?.folder).toBe(sound.folder);
    await check.choose();
    expect([check.found, session.refusal?.rule]).toEqual([null, 'CHECKPOINT-AS-PEOPLE-WRITE-IT']);
  });

  it('ends with the way back, and begins afresh', async () => {
    const { check, session } = begin({ ok: false, refusal: mistyped });
    check.paper.checkpoint = '57';
    await check.choose();
    await session.backToStart();
    expect([session.recordCheck, session.refusal]).toEqual([null, null]);
    session.checkRecord();
    expect(session.recordCheck?.paper).toEqual({ checkpoint: '', manifestSha256: '', logKeySha256: '' });
  });
});

describe('what a check found', () => {
  it('is read from the worst to the best, the rules of each in their order', () => {
    const broken = { rule: 'BUNDLE-PROOFS-HOLD', outcome: 'broken', detail: 'no' } as const;
    const groups = groupsOf([...sound.results, broken]);
    expect(groups.map(({ title, results }) => [title, results.map(({ rule }) => rule)])).toEqual([
      ['1 rule is broken', ['BUNDLE-PROOFS-HOLD']],
      ['1 rule could not be checked', ['BUNDLE-LOG-KEY-TRUSTED']],
      ['2 rules hold', ['BUNDLE-MANIFEST-SCHEMA', 'BUNDLE-SIGNED']],
    ]);
  });

  it('has no heading for what there is none of', () => {
    expect(groupsOf(sound.results).map(({ outcome }) => outcome)).toEqual(['not-checkable', 'holds']);
    expect(groupsOf([])).toEqual([]);
  });

  it('is said in words of its own for each verdict', () => {
    expect(new Set(Object.values(verdictWords)).size).toBe(3);
  });
});
