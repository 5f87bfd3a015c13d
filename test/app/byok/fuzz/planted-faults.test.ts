import { describe, expect, it } from 'vitest';
import { formatFor } from '../../../../app/byok/registry.ts';
import type { InboundReading } from '../../../../app/byok/format.ts';
import { Refused, refuse } from '../../../../app/rules/refusal.ts';
import { feed, product, type Parse } from '../../../support/fuzz/feed.ts';
import { room } from '../../../support/fuzz/forms.ts';

/** Spoils whatever the product reads. */
const readingWith =
  (change: (reading: InboundReading) => InboundReading): Parse =>
  (form, files) =>
    change(product(form, files));

const kekWith = (change: Partial<InboundReading['kek']>): Parse =>
  readingWith((reading) => ({ ...reading, kek: { ...reading.kek, ...change } }));

/** What the product reads of the sound files, whatever it is given. */
const blind: Parse = (form) => product(form, form.build(form.calls[0]));

describe('the fuzz finds a parser that', () => {
  it.each<[string, Parse]>([
    ['takes everything', blind],
    [
      'takes what it should refuse',
      (form, files) => {
        try {
          return product(form, files);
        } catch (error) {
          if (error instanceof Refused) return blind(form, files);
          throw error;
        }
      },
    ],
    ['refuses everything', () => refuse('INBOUND-FILES-RECOGNISED', 'no')],
    ['refuses by a rule of something else', () => refuse('TOKEN-PRESENT', 'no')],
    [
      'crashes',
      (form, files) => {
        if (files.length === 0) throw new TypeError('undefined is not a function');
        return product(form, files);
      },
    ],
    [
      'hangs',
      (form, files) => {
        const end = performance.now() + 1100;
        if (files.length === 0) while (performance.now() < end);
        return product(form, files);
      },
    ],
    ['reads another key', kekWith({ spki: Uint8Array.of(0x30, 0) })],
    ['reads another modulus', kekWith({ modulus: Uint8Array.of(0xff) })],
    ['reads another size', kekWith({ bits: 1024 })],
    ['reads another end', kekWith({ deadline: '2026-11-25T12:00:00Z' })],
    ['names another key', kekWith({ id: 'another' })],
    ['decides a method by itself', kekWith({ option: 'rsa-oaep-4096-sha256' })],
    ['loses the token', readingWith((reading) => ({ ...reading, carried: { ...reading.carried, importToken: null } }))],
    ['brings a nonce', readingWith((reading) => ({ ...reading, carried: { ...reading.carried, nonce: new Uint8Array(12) } }))],
    ['forgets a file', readingWith((reading) => ({ ...reading, recognised: [] }))],
    ['says nothing', readingWith((reading) => ({ ...reading, notices: [] }))],
    ['has no margin', ({ destination }, files) => formatFor(destination).readInbound(files, destination, { ...room, uploadMarginHours: 0 })],
  ])('%s', async (_, parse) => {
    await expect(feed('aws-kms', 5000, 1, parse)).rejects.toThrow(/^aws-kms, seed 1, input \d+: /);
  }); // prettier-ignore

  it('and none in the product', async () => {
    expect((await feed('aws-kms', 5000, 1)).fed).toBe(5000);
  });
});
