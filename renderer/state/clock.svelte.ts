/** The time of this computer, told once a second while something on screen listens. */
export class Clock {
  now = $state(Date.now());

  /**
   * Starts at the next full second, so that it can be held against the clock on the wall.
   * @returns stops it
   */
  start(): () => void {
    let timer = 0;
    const tick = (): void => {
      this.now = Date.now();
      timer = window.setTimeout(tick, 1000 - (this.now % 1000));
    };
    tick();
    return () => window.clearTimeout(timer);
  }
}
