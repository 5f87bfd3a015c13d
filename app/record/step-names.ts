import * as v from 'valibot';
import { ofType, type Timed } from './timed.ts';

/** Where in a ceremony something happened. */
export interface ReportedPlace {
  /** Id of the step. */
  readonly step: string;
  /** Number and title, `4.2 Compare the wrapping key`; null for a step that the log never calls by them. */
  readonly name: string | null;
  /** Number and title of the step that was confirmed last before; null before the first. */
  readonly after: string | null;
}

/** What people are asked to approve at a step says how the step is called. */
const askedSchema = v.object({ subject: v.string(), number: v.string(), title: v.string() });

interface Named {
  readonly entry: number;
  readonly step: string;
  readonly name: string;
  readonly isConfirmed: boolean;
}

/** How the steps of a log are called, from the log alone: whoever reads it needs no program that knows the steps. */
export class StepNames {
  readonly #named: readonly Named[];

  constructor(events: readonly Timed[]) {
    const confirmed = ofType(events, 'step-confirmed').map(({ entry, event: { step, number, title } }): Named => ({
      entry,
      step,
      name: `${number} ${title}`,
      isConfirmed: true,
    }));
    const asked = ofType(events, 'approval-asked').flatMap(({ entry, event: { parameters } }): Named[] => {
      if (!v.is(askedSchema, parameters)) return [];
      const { subject, number, title } = parameters;
      return [{ entry, step: subject, name: `${number} ${title}`, isConfirmed: false }];
    });
    this.#named = [...confirmed, ...asked].toSorted((one, other) => one.entry - other.entry);
  }

  /**
   * The name of a step as it was when an entry was written: its title may count keys that are left out later.
   * @returns null when no entry names it
   */
  nameAt(step: string, entry: number): string | null {
    const own = this.#named.filter((named) => named.step === step);
    return (own.findLast((named) => named.entry <= entry) ?? own[0])?.name ?? null;
  }

  /** Where an entry stands. */
  placeAt(step: string, entry: number): ReportedPlace {
    const after = this.#named.findLast((named) => named.isConfirmed && named.entry < entry)?.name ?? null;
    return { step, name: this.nameAt(step, entry), after };
  }
}
