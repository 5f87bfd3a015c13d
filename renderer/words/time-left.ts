import { duration } from './format.ts';

/** How near an end is, and what is said of it. */
export interface TimeLeft {
  readonly state: 'far' | 'near' | 'passed';
  readonly words: string;
}

const minute = 60 * 1000;
/** People hurry from here on: the plan's own margin for the upload is two hours unless it says otherwise. */
const soon = 120 * minute;

/**
 * Says how much time is left before something ends.
 * @param left - milliseconds; none or less when it has ended
 * @returns `21 h 14 min left`, `soon: 1 h 59 min left`, `passed`; whole minutes, so that nothing flickers in a corner
 */
export function timeLeft(left: number): TimeLeft {
  if (left <= 0) return { state: 'passed', words: 'passed' };
  if (left < minute) return { state: 'near', words: 'soon: less than 1 min left' };
  if (left < soon) return { state: 'near', words: `soon: ${duration(left - (left % minute))} left` };
  return { state: 'far', words: `${duration(left)} left` };
}
