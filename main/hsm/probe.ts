import { Refused, type Refusal } from '../../app/rules/refusal.ts';
import type { RuleId } from '../../app/rules/index.ts';
import { hexNumber, mechanisms, wrapFlag, type MechanismName } from './mechanisms.ts';
import { CryptokiError, type CryptokiModule, type SlotHandle } from './pkcs11.ts';
import type { EncodingProof, ProbeReport, WrapNeed } from './port.ts';
import type { Proven } from './self-test.ts';

/** The rules by which a token shows that it cannot serve a need. By any other, it shows that it cannot be asked. */
const inabilities: ReadonlySet<RuleId> = new Set([
  // It lacks a mechanism.
  'TOKEN-MECHANISM-AVAILABLE',
  // It has it and does not allow it.
  'TOKEN-POLICY-ALLOWS',
  'TARGET-KEY-MAY-LEAVE',
  // It does it, and encodes something else.
  'TOKEN-ENCODES-AS-PROBED',
  'WRAP-OUTPUT-WELL-FORMED',
  'NONCE-SEALED-IN-TOKEN',
  'PKCS8-EXACT',
  'KWP-OPENS',
]);

/** The mechanisms a probe reports. */
const reported = Object.keys(mechanisms) as MechanismName[];

/**
 * Tells what the token says of each mechanism that this application uses, which only a proof confirms.
 * @param cryptoki - the loaded module
 * @param slot - the slot of the token
 */
export function listMechanisms(cryptoki: CryptokiModule, slot: SlotHandle): ProbeReport['mechanisms'] {
  const listed = cryptoki.mechanismNumbers(slot);
  return reported.map((name) => {
    const isListed = listed.includes(mechanisms[name]);
    const wraps = isListed && (cryptoki.mechanismFlags(slot, mechanisms[name]) & wrapFlag) !== 0;
    return { name, number: hexNumber(mechanisms[name]), listed: isListed, wraps };
  });
}

/**
 * Proves each need, and tells what the token cannot do beside what it can.
 * @param needs - in the order of the report; the same need twice is proved once
 * @param prove - proves one
 * @throws whatever says that the token cannot be asked at all: it is gone, not logged in or broken
 */
export function proveEach(
  needs: readonly WrapNeed[],
  prove: (need: WrapNeed) => Proven,
): Pick<ProbeReport, 'proofs' | 'failures'> {
  const proofs: EncodingProof[] = [];
  const failures: ProbeReport['failures'][number][] = [];
  for (const need of distinct(needs)) {
    try {
      proofs.push(prove(need).proof);
    } catch (error) {
      failures.push({ need, refusal: inabilityIn(error) });
    }
  }
  return { proofs, failures };
}

function inabilityIn(error: unknown): Refusal {
  const refusal = refusalIn(error);
  if (refusal === null || !inabilities.has(refusal.rule)) throw error;
  return refusal;
}

function refusalIn(error: unknown): Refusal | null {
  if (error instanceof CryptokiError) return error.toRefusal();
  return error instanceof Refused ? error.refusal : null;
}

function distinct(needs: readonly WrapNeed[]): readonly WrapNeed[] {
  return [...new Map(needs.map((need) => [JSON.stringify([need.spec, need.plan, need.kekBits]), need])).values()];
}
