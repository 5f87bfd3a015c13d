import type { Fact } from '../../contract/view.ts';
import type { OutcomeOf } from '../effects.ts';
import { values } from './fact-forms.ts';

/**
 * The workstation as Keyferry found it: for the screen and for the printed report.
 * @param found - what was found, without its notices
 */
export function workstationFacts(found: Omit<OutcomeOf<'inspect-workstation'>, 'kind' | 'notices'>): Fact[] {
  return [
    values('This workstation', [
      ['Keyferry', found.application],
      ['Runtime', `Electron ${found.electron}, Node ${found.node}`],
      ['System', found.platform],
      ['Computer name', found.host],
    ]),
    {
      kind: 'table',
      caption: 'Network interfaces',
      columns: ['Interface', 'State', 'Address'],
      rows: found.interfaces.map(({ name, state, address }) => [name, state, address === '' ? 'none' : address]),
    },
  ];
}
