import { describe, expect, it } from 'vitest';
import { entryBytes } from '../../../app/audit/entry.ts';
import { verifyLog } from '../../../app/bundle/verify-bundle.ts';
import { sampleLog } from './bundle-maker.ts';
import { sampleEvents } from './sample-bundle.ts';

describe('a log alone', () => {
  it('is checked by its chain', () => {
    const entries = sampleLog(sampleEvents()).map(entryBytes);
    expect(verifyLog(entries)).toMatchObject([{ rule: 'LOG-CHAIN-INTACT', outcome: 'holds' }]);
    expect(verifyLog([])).toMatchObject([{ rule: 'LOG-CHAIN-INTACT', outcome: 'broken' }]);
    expect(verifyLog(entries.slice(1))).toMatchObject([{ rule: 'LOG-CHAIN-INTACT', outcome: 'broken' }]);
  });

  it('is not called broken by a disk that cannot be read', () => {
    const entries = sampleLog(sampleEvents()).map(entryBytes);
    function* failing(): Generator<Uint8Array> {
      yield* entries.slice(0, 3);
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    }
    expect(() => verifyLog(failing())).toThrow('EIO');
  });
});
