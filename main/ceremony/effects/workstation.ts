import { arch, hostname, release, type } from 'node:os';
import type { OutcomeOf } from '../../../app/ceremony/effects.ts';
import type { CeremonyState } from '../../../app/ceremony/state.ts';
import { refuse } from '../../../app/rules/refusal.ts';
import { listInterfaces } from '../network.ts';
import type { WorkPorts } from '../work-ports.ts';

/**
 * Looks at the workstation: version, runtime, system, network interfaces and radios.
 * @returns what was found; one that is up, or may be, is a notice in a rehearsal
 * @throws Refused with AIR-GAP-CLOSED in a production ceremony
 */
export async function inspectWorkstation(
  ports: WorkPorts,
  state: CeremonyState,
): Promise<OutcomeOf<'inspect-workstation'>> {
  const interfaces = listInterfaces();
  const open = interfaces.filter(({ state }) => state !== 'down').map(({ name, state }) => `${name} (${state})`);
  const text = `Network interfaces and radios that are not down: ${open.join(', ')}.`;
  if (open.length > 0 && state.mode === 'production') refuse('AIR-GAP-CLOSED', text);
  return {
    kind: 'inspect-workstation',
    application: `${ports.application.name} ${ports.application.version}`,
    electron: ports.application.electron,
    node: process.versions.node,
    platform: `${type()} ${release()}, ${arch()}`,
    host: hostname(),
    interfaces,
    notices:
      open.length > 0
        ? [{ rule: 'AIR-GAP-CLOSED', text: `${text} A rehearsal may go on; a production ceremony would not.` }]
        : [],
  };
}
