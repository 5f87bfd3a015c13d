import { it } from 'vitest';
import { feed } from '../../../support/fuzz/feed.ts';
import { supportMatrix, type DestinationType } from '../../../../app/byok/support-matrix.ts';
import { everyForm } from '../../../support/fuzz/every-form.ts';
import { faultOf } from '../../../support/fuzz/oracle.ts';
import { formatFor } from '../../../../app/byok/registry.ts';
import { room } from '../../../support/fuzz/forms.ts';

for (const type of Object.keys(supportMatrix) as DestinationType[]) {
  it(`sound ${type}`, () => {
    for (const f of everyForm[type])
      for (const v of f.calls) {
        const files = f.build(v);
        const reading = formatFor(f.destination).readInbound(files, f.destination, room);
        const fault = faultOf(f, files, reading);
        if (fault) throw new Error(f.name + ': ' + fault);
      }
  });
  it(type, () => {
    const n = Number(process.env['N'] ?? 2000);
    const c0 = process.cpuUsage();
    const t = feed(type, n, Number(process.env['SEED'] ?? 1));
    const c = process.cpuUsage(c0);
    for (const [k, l] of (globalThis as any).faults ?? [])
      console.log(
        'FAULT',
        type,
        l.length,
        k,
        '\n',
        l[0].slice(0, 900),
        '\n',
        l
          .slice(1, 8)
          .map((x: string) =>
            x
              .split('\n')
              .filter((y) => /^(changes|form)/.test(y))
              .join(' '),
          )
          .join('\n'),
      );
    (globalThis as any).faults = undefined;
    console.log(type, [...t.rules].join(' '));
    console.log(type, t.fed, t.accepted, t.refused, t.rules.size, ((c.user + c.system) / n).toFixed(0), 'us cpu');
  });
}
