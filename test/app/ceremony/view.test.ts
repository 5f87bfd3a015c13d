import { createHash, createPublicKey } from 'node:crypto';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { bundleName } from '../../../app/bundle/layout.ts';
import { decide } from '../../../app/ceremony/decide.ts';
import { isClosed, type CeremonyState } from '../../../app/ceremony/state.ts';
import { viewOf, type Moment } from '../../../app/ceremony/view/view.ts';
import { viewSchema, type CeremonyView, type Fact } from '../../../app/contract/view.ts';
import { hexToBytes } from '../../../app/keys/bytes.ts';
import { hexGroups, pgpWords } from '../../../app/keys/fingerprint.ts';
import { makePair } from '../../support/openssl.ts';
import { ruleOf } from '../../support/rule-of.ts';
import { after, azureKey, confirmation, opened, planWith, stepDone, toTheEnd, walkTo } from '../../support/walk.ts';

const plan = planWith([azureKey('root'), azureKey('constructor')], { copies: 2 });
const moment: Moment = {
  log: { size: 7, head: 'ab'.repeat(32) },
  workingSince: null,
  isTokenOpen: true,
  trouble: null,
  airGap: 'closed',
};
const view = (state: CeremonyState, more: Partial<Moment> = {}): CeremonyView =>
  v.parse(viewSchema, viewOf(state, { ...moment, ...more }));
const at = (step: string): CeremonyState => walkTo(opened(plan), step);
const factsAt = (step: string): readonly Fact[] => view(at(step)).step?.facts ?? [];
const fingerprints = (facts: readonly Fact[]): string[] =>
  facts.flatMap((fact) => (fact.kind === 'fingerprint' ? [fact.hex] : []));

describe('the window', () => {
  it('can draw every step of a ceremony, before and after each', () => {
    let state = opened(plan);
    const seen: string[] = [];
    while (!isClosed(state)) {
      const shown = view(state);
      seen.push(shown.step?.id ?? '');
      const phases = shown.journey.map((phase) => phase.status);
      expect(phases.filter((status) => status === 'now')).toHaveLength(1);
      expect(phases.indexOf('now')).toBe(phases.filter((status) => status === 'done').length);
      const steps = shown.journey.flatMap((phase) => phase.steps);
      expect(steps.filter((step) => step.status === 'now').map((step) => step.id)).toEqual([shown.step?.id]);
      state = stepDone(state);
    }
    expect(seen).toEqual(state.steps.map((step) => step.id));
    expect(view(state)).toMatchObject({ step: null, isClosed: true });
    expect(view(state).journey.every((phase) => phase.status === 'done')).toBe(true);
  });

  it('names who acts once they are known', () => {
    expect(view(opened(plan)).step?.acts).toEqual({ role: 'operator', names: [] });
    expect(view(at('bring-in.read')).step?.acts).toEqual({ role: 'operator', names: ['Person 2'] });
  });

  it('shows who approved the plan, as what and when, where it is read and where the quorum signs the start', () => {
    // PRODUCTION-PLAN-APPROVED: the record is a file; the people can say that it is not so.
    const planApproval = { approver: 'Ada Lovelace', role: 'Head of keys', time: '2026-11-20T09:15:00.000Z' };
    for (const id of ['prepare.plan', 'roll-call.start']) {
      const shownIn = (approval: CeremonyState['planApproval']): string => {
        const state = walkTo(opened(plan, { planApproval: approval }), id);
        const signed = state.approval === null ? view(state).step?.facts : state.approval.parameters;
        return JSON.stringify(signed);
      };
      for (const told of ['Ada Lovelace', 'Head of keys', '2026-11-20 09:15:00 UTC']) {
        expect(shownIn(planApproval)).toContain(told);
      }
      expect(shownIn(null)).toContain('not approved');
      expect(shownIn({ ...planApproval, approver: 'Eve' })).not.toContain('Ada Lovelace');
    }
    expect(walkTo(opened(plan, { planApproval }), 'roll-call.start').approval).not.toBeNull();
  });

  it('lists everybody with role and organisation', () => {
    const state = at('roll-call.present');
    const [first, ...others] = state.people;
    if (first === undefined) throw new Error('nobody');
    const shown = view({ ...state, people: [{ ...first, organisation: 'Contoso Ltd' }, ...others] });
    expect(JSON.stringify(shown.step?.facts)).toContain('Contoso Ltd');
  });

  it('lists who may confirm and how many of them must', () => {
    expect(view(at('wrap.approve')).step?.confirmers).toEqual([
      {
        role: 'custodian',
        needed: 2,
        people: [3, 4, 5].map((number) => ({
          id: `p${number}`,
          name: `Person ${number}`,
          initials: `P${'CDE'[number - 3]}`,
        })),
      },
      { role: 'witness', needed: 1, people: [{ id: 'p6', name: 'Person 6', initials: 'PF' }] },
    ]);
  });

  it('asks for seats, folders and ids where a step needs them', () => {
    expect(view(at('roll-call.people')).step?.asks.seats).toEqual([
      'administrator', 'operator', 'custodian', 'custodian', 'custodian', 'witness',
    ]); // prettier-ignore
    expect(view(at('bring-in.read')).step?.asks.folders).toBe(1);
    expect(view(at('take-out.write')).step?.asks.folders).toBe(2);
    expect(view(at('close.destroy')).step?.asks.keyIds).toEqual(['root', 'constructor']);
  });

  it('says what comes next, and that nothing does at the end', () => {
    const sign = view(at('close.sign-off'));
    expect(view(at('close.log-out')).step?.next).toBe(sign.step?.title);
    expect(sign.step?.next).toBeNull();
  });
});

describe('what the people look at', () => {
  it('is the fingerprint that the log holds, in hex and in words', () => {
    const state = at('bring-in.compare.constructor');
    const [first, second] = factsAt('bring-in.compare.constructor');
    const hex = state.keks.get('constructor')?.spkiSha256 ?? '';
    expect(second).toMatchObject({ kind: 'fingerprint', hex, words: pgpWords(hexToBytes(hex)) });
    // Whose it is stands above it.
    const whose = JSON.stringify(first);
    for (const word of ['contoso-prod.vault.azure.net', state.keks.get('constructor')?.id]) {
      expect(whose).toContain(word);
    }
  });

  it('is the thumbprint besides, as OpenSSL’s numbers and another SHA-256 give it', () => {
    const state = at('bring-in.compare.root');
    const { spki } = makePair('rsa-2048');
    const kek = state.keks.get('root');
    if (kek === undefined) throw new Error('no KEK');
    const jwk = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({ format: 'jwk' });
    const thumbprint = createHash('sha256')
      .update(JSON.stringify({ e: jwk.e, kty: jwk.kty, n: jwk.n }))
      .digest('base64url');
    const keks = new Map(state.keks).set('root', { ...kek, spki: Buffer.from(spki).toString('hex') });
    expect(JSON.stringify(view({ ...state, keks }).step?.facts)).toContain(thumbprint);
    const ec = { ...kek, spki: Buffer.from(makePair('ec-p256').spki).toString('hex') };
    expect(ruleOf(() => view({ ...state, keks: new Map([['root', ec]]) }))).toBe('LOG-HOLDS-A-CEREMONY');
  });

  it('is the plan’s hash when the plan is read', () => {
    expect(fingerprints(factsAt('prepare.plan'))).toEqual([opened(plan).planSha256]);
  });

  it('is the public key of every key that was made', () => {
    const { targets } = at('keys.check');
    expect(fingerprints(factsAt('keys.check'))).toEqual([...targets.values()].map((target) => target.publicKeySha256));
  });

  it('is, where a wrap is approved, which key that is and by which key it is wrapped, both whole', () => {
    const { targets, keks } = at('wrap.approve');
    const shown = JSON.stringify(factsAt('wrap.approve'));
    for (const { ckaId, publicKeySha256 } of targets.values()) {
      expect(shown).toContain(ckaId);
      expect(shown).toContain(hexGroups(publicKeySha256 ?? 'no public key').join(' '));
    }
    for (const { spkiSha256 } of keks.values()) expect(shown).toContain(hexGroups(spkiSha256).join(' '));
  });

  it('is, where the bundle is approved, the hash of every part that it will hold', () => {
    const shown = JSON.stringify(factsAt('take-out.write'));
    const parts = [...at('take-out.write').wrapped.values()].flatMap((wrapped) => wrapped.parts);
    expect(parts).toHaveLength(2);
    for (const { sha256 } of parts) expect(shown).toContain(hexGroups(sha256).join(' '));
  });

  it('is the manifest’s hash when the media is sealed', () => {
    expect(fingerprints(factsAt('take-out.check'))).toEqual([at('take-out.check').copies[0]?.manifestSha256]);
  });

  it('shows the kid and every notice beside the wrapping key', () => {
    const state = at('bring-in.compare.root');
    const kek = state.keks.get('root');
    if (kek === undefined) throw new Error('no KEK');
    const notice = { rule: 'INBOUND-TEXT-ENCODING', text: 'it was UTF-16' };
    const noticed = {
      ...state,
      keks: new Map(state.keks).set('root', { ...kek, id: null, deadline: '2026-11-24T09:00:00Z', notices: [notice] }),
    };
    const shown = view(noticed);
    expect(shown.step?.facts).toContainEqual({ kind: 'notice', ...notice });
    expect(shown.room.deadline).toEqual({ key: 'root', ends: '2026-11-24T09:00:00Z' });
  });

  it('shows secret keys by their check values instead of a fingerprint', () => {
    const state = at('keys.check');
    const target = state.targets.get('root');
    if (target === undefined) throw new Error('no target');
    const secret = {
      ...target,
      publicKey: null,
      publicKeySha256: null,
      keyCheckValues: [{ method: 'aes-ecb-zero-block' as const, value: 'DC95C0' }],
    };
    const facts = view({ ...state, targets: new Map(state.targets).set('root', secret) }).step?.facts ?? [];
    expect(JSON.stringify(facts)).toContain('KCV-ECB DC95C0');
    expect(fingerprints(facts)).toHaveLength(1);
  });

  it('shows what was found on the workstation, with its notices', () => {
    const state = at('prepare.findings');
    if (state.workstation === null) throw new Error('not looked');
    const workstation = {
      ...state.workstation,
      interfaces: [
        { name: 'eth0', state: 'up', address: '' },
        { name: 'wlan0', state: 'up', address: '192.0.2.7' },
      ],
      notices: [{ rule: 'AIR-GAP-CLOSED', text: 'eth0 is up' }],
    };
    const facts = view({ ...state, workstation }).step?.facts ?? [];
    expect(facts).toContainEqual({ kind: 'notice', rule: 'AIR-GAP-CLOSED', text: 'eth0 is up' });
    for (const word of ['eth0', 'wlan0', '192.0.2.7']) expect(JSON.stringify(facts)).toContain(word);
  });
});

describe('the plan on the screen', () => {
  const text = (document: unknown): string =>
    JSON.stringify(view(walkTo(opened(document), 'prepare.plan')).step?.facts);

  it('tells what it is for, which keys it makes or finds, and which stay', () => {
    const found = azureKey('found', { source: { existing: { ckaId: 'ab01' } }, after: 'keep' });
    const shown = text(planWith([azureKey('made'), found], { purpose: 'Change 4711' }));
    for (const word of ['Change 4711', 'ab01', 'contoso-prod']) expect(shown).toContain(word);
    expect(text(planWith([found]))).not.toBe(text(planWith([{ ...found, after: 'destroy' }])));
  });

  it.each(['prepare.plan', 'bring-in.accept', 'wrap.approve'])('tells at %s all of every destination', (step) => {
    const there = { vault: 'contoso-prod', keyName: 'Root-2026', operations: ['sign'], cloud: 'china' };
    const hsm = { managedHsm: 'contoso-hsm', keyName: 'Store-2026', operations: ['wrapKey', 'unwrapKey'] };
    const keys = [there, hsm].map((destination, index) =>
      azureKey(`key-${index}`, {
        spec: 'rsa-2048',
        destination: { type: 'azure-key-vault', ...destination },
      }),
    );
    const facts = view(walkTo(opened(planWith(keys)), step)).step?.facts ?? [];
    const lines = facts.flatMap((fact) => (fact.kind === 'table' ? fact.rows.map((row) => row.join('\n')) : []));
    const whole = (...words: string[]) => lines.some((line) => words.every((word) => line.includes(word)));
    expect(whole('key-0', 'contoso-prod.vault.azure.cn', 'Root-2026', 'sign')).toBe(true);
    expect(whole('key-1', 'contoso-hsm.managedhsm.azure.net', 'Store-2026', 'wrapKey, unwrapKey')).toBe(true);
  });

  it('tells who may not be one person, and how long the online desk has at least', () => {
    const shown = text(planWith([azureKey('a')], { separate: [['custodian', 'operator']], uploadMarginHours: 31 }));
    expect(shown).toContain('custodian and operator');
    expect(shown).toMatch(/\b31\b/u);
  });

  it('names a selection a selection: the step that makes keys does not claim to', () => {
    const found = azureKey('found', { source: { existing: { ckaId: 'ab01' } } });
    const titles = [[azureKey('a')], [found], [azureKey('a'), found]].map(
      (keys) =>
        opened(planWith(keys))
          .steps.find(({ id }) => id === 'keys.make')
          ?.title.split(' ')[0],
    );
    expect(new Set(titles).size).toBe(2);
    expect(opened(planWith([azureKey('a'), found])).steps.find(({ id }) => id === 'keys.make')?.action).toMatch(/ 2 /u);
  });

  it('asks for check values where no key has a public half', () => {
    const destination = { type: 'azure-key-vault', managedHsm: 'contoso-hsm', keyName: 'a', operations: ['wrapKey'] };
    const ticks = (keys: readonly object[]): unknown =>
      opened(planWith(keys)).steps.find(({ id }) => id === 'keys.check')?.ticks;
    const secret = azureKey('a', { spec: 'aes-256', destination });
    const asked = [[secret], [azureKey('b')], [secret, azureKey('b')]].map((keys) => JSON.stringify(ticks(keys)));
    expect(new Set(asked).size).toBe(3);
  });
});

describe('what the token proved', () => {
  it('is shown way by way, each with the keys it is for', () => {
    const state = at('token.accept');
    const tables = (of: CeremonyState) =>
      (view(of).step?.facts ?? []).flatMap((fact) => (fact.kind === 'table' ? [fact.rows] : []));
    const [proven = []] = tables(state);
    expect(proven.map(([keys]) => keys)).toEqual(['root, constructor']);
    expect(proven[0]?.join(' ')).toContain(String(state.probe?.proofs[0]?.payloadBytes));
    const [proof] = state.probe?.proofs ?? [];
    if (proof === undefined) throw new Error('no proof');
    const { spec, method, oaepHash } = proof;
    const lacking = [{ spec, method, oaepHash, rule: 'TOKEN-WRAPS-AS-PLANNED', cause: 'it has no such mechanism' }];
    const probe = { kind: 'probe-token' as const, mechanisms: [], proofs: [], lacking };
    expect(tables({ ...state, probe })).toMatchObject([[['root, constructor', {}, 'it has no such mechanism']], []]);
  });
});

describe('a step reached by a log that lacks what it shows', () => {
  it('shows nothing instead of failing', () => {
    const start = opened(plan);
    start.steps.forEach((step, current) => {
      const shown = view({ ...start, current }).step;
      expect(shown?.id).toBe(step.id);
      expect(shown?.facts.filter((fact) => fact.kind === 'fingerprint').length).toBe(
        ['prepare.plan', 'roll-call.start'].includes(step.id) ? 1 : 0,
      );
    });
  });
});

describe('while something is under way', () => {
  it('says since when, for which key, and grants an RSA key more time', () => {
    const slow = planWith([azureKey('root', { spec: 'rsa-4096' })]);
    const busy = (document: unknown): CeremonyState => {
      const state = walkTo(opened(document), 'keys.make');
      return after(state, decide(state, confirmation(state)));
    };
    const since = '2026-11-23T14:07:32.000Z';
    expect(view(busy(plan), { workingSince: since }).work).toMatchObject({ key: 'root', since });
    const quick = view(busy(plan), { workingSince: since }).work?.normalSeconds ?? 0;
    expect(view(busy(slow), { workingSince: since }).work?.normalSeconds).toBeGreaterThan(quick);
    expect(view(busy(plan)).work).toBeNull();
    const probing = walkTo(opened(slow), 'token.probe');
    const probe = after(probing, decide(probing, confirmation(probing)));
    expect(view(probe, { workingSince: since }).work).toMatchObject({ key: null });
    const wrapping = walkTo(opened(slow), 'wrap.wrap');
    const wrap = after(wrapping, decide(wrapping, confirmation(wrapping)));
    expect(view(wrap, { workingSince: since }).work?.normalSeconds).toBe(
      view(busy(slow), { workingSince: since }).work?.normalSeconds,
    );
  });

  it('shows the failure of the step, and the trouble with the log before it', () => {
    const state = at('token.probe');
    const failure = { rule: 'TOKEN-ANSWERS', cause: 'a', remedy: 'b' };
    const failed = { ...state, failure };
    expect(view(failed).refusal).toEqual(failure);
    expect(view(failed).step?.action).not.toBe(view(state).step?.action);
    const trouble = { rule: 'LOG-CHAIN-INTACT' as const, cause: 'c', remedy: 'd' };
    expect(view(failed, { trouble }).refusal).toEqual(trouble);
  });
});

describe('the token', () => {
  const closed = { isTokenOpen: false };

  it('is asked for at the steps that work with it, by the people of the first log-in', () => {
    const needed = opened(plan).steps.filter((step) => view(at(step.id), closed).reopen !== null);
    expect(needed.map((step) => step.id)).toEqual([
      'token.probe',
      'bring-in.accept',
      'keys.make',
      'wrap.approve',
      'wrap.wrap',
      'take-out.write',
      'close.destroy',
      'close.log-out',
    ]);
    const { reopen } = view(at('keys.make'), closed);
    expect(reopen).toMatchObject({
      confirmers: view(at('token.log-in')).step?.confirmers,
      distinctPeople: view(at('token.log-in')).step?.distinctPeople,
    });
    expect(view(at('keys.make')).reopen).toBeNull();
  });

  it('may leave work that nobody has seen the end of', () => {
    const state = at('keys.make');
    const busy = after(state, decide(state, confirmation(state)));
    expect(view(busy)).toMatchObject({ isUnsettled: true, reopen: null });
    expect(view(busy, closed)).toMatchObject({ isUnsettled: false });
    expect(view(busy, { workingSince: '2026-11-23T14:07:32.000Z' }).isUnsettled).toBe(false);
    expect(view(state).isUnsettled).toBe(false);
  });

  it('is told apart from the media, which hold the wrapped keys once they are written', () => {
    expect(view(at('take-out.write')).copies).toEqual([]);
    expect(view(at('take-out.check')).copies).toEqual([
      { copy: 1, folder: '/media/b1', bundle: bundleName(at('take-out.check').ceremony) },
      { copy: 2, folder: '/media/b2', bundle: bundleName(at('take-out.check').ceremony) },
    ]);
    const { manifestSha256 } = view(at('take-out.check'));
    expect(manifestSha256).toBe(at('take-out.check').copies[0]?.manifestSha256);
    expect(view(at('take-out.write')).manifestSha256).toBeNull();
  });

  it('holds the keys that this ceremony made and has not destroyed', () => {
    expect(view(at('keys.make')).keysInToken).toEqual([]);
    expect(view(at('keys.check')).keysInToken).toEqual(['root', 'constructor']);
    expect(view(at('close.log-out')).keysInToken).toEqual([]);
  });
});

describe('a ceremony that was stopped', () => {
  it('shows where and why, and the steps that bring it to its end', () => {
    const state = at('bring-in.compare.root');
    const step = 'bring-in.compare.root';
    const stopped = after(state, decide(state, { type: 'stop-ceremony', step, reason: 'it differs' }));
    const stopping = { step, reason: 'it differs' };
    expect(view(stopped)).toMatchObject({ step: { id: 'abort.inventory' }, isClosed: false, stopped: stopping });
    const ended = toTheEnd(stopped);
    expect(view(ended)).toMatchObject({ step: null, isClosed: true, stopped: stopping, outcome: 'aborted-clean' });
  });
});
