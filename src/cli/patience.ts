/**
 * When a run in the foreground leaves by itself. Without these flags it stays, keeps applying, and waits. `--leave`: it
 * goes where only people are missing. `--timeout`: it goes when a measured gate has been red for so long. Either way it
 * stops at a safe point as after Ctrl-C, nothing is switched, and `crossfade resume` goes on.
 */
import type {Command} from 'commander';
import type {Verdict} from '../journal/journal.ts';
import type {Clock} from '../model/effects.ts';
import {formatDuration} from '../plan/duration.ts';
import type {Interruption} from '../runner/interruption.ts';
import {durationFlag} from './duration-flag.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';

export const withPatience = (command: Command): Command =>
  command
    .option('--leave', 'leave with exit 3 where only people are missing, and say how long the run may stand still')
    .option('--timeout <duration>', 'leave with exit 4 when a measured gate has been red for so long, such as 30m; nothing is switched');

export const patienceOf = (options: Readonly<Record<string, unknown>>): PatienceFlags => ({
  leave: options['leave'] === true,
  timeoutMs: durationFlag(options, 'timeout'),
});

export type PatienceFlags = {readonly leave: boolean; readonly timeoutMs: number | undefined};

export type Leaving = {readonly code: ExitCode; readonly reason: string};

/** The only gate that measures people; `why-not-done.ts` tells them apart in the same way. */
const isPeople = ({gate}: Verdict): boolean => gate === 'approval';

export class Patience {
  readonly #flags: PatienceFlags;
  readonly #clock: Clock;
  readonly #interruption: Interruption;
  #red: {readonly phase: string; readonly sinceMs: number} | undefined;
  /** Why the run left, once it has decided to. */
  left: Leaving | undefined;

  constructor(flags: PatienceFlags, clock: Clock, interruption: Interruption) {
    this.#flags = flags;
    this.#clock = clock;
    this.#interruption = interruption;
  }

  /** Called for every round of questions that found `red` gates before `phase`, or none and a signal missing. */
  waits(phase: string, red: readonly Verdict[]): void {
    const measured = red.filter((one) => !isPeople(one));
    if (measured.length === 0) this.#waitsForPeople(phase, red);
    else this.#waitsForMeasurement(phase, measured);
  }

  #waitsForPeople(phase: string, red: readonly Verdict[]): void {
    this.#red = undefined;
    if (!this.#flags.leave) return;
    const missing = red.length > 0 ? `${words(red)} before ${phase}` : `a signal in front of or in ${phase}`;
    this.#leave({code: EXIT.waitsForPeople, reason: `only people are missing: ${missing}`});
  }

  #waitsForMeasurement(phase: string, measured: readonly Verdict[]): void {
    const {timeoutMs} = this.#flags;
    const now = this.#clock.monotonicMs();
    if (this.#red?.phase !== phase) this.#red = {phase, sinceMs: now};
    if (timeoutMs === undefined || now - this.#red.sinceMs < timeoutMs) return;
    this.#leave({
      code: EXIT.noGo,
      reason: `still red before ${phase} after --timeout ${formatDuration(timeoutMs)}: ${words(measured)}; nothing was switched`,
    });
  }

  #leave(leaving: Leaving): void {
    if (this.#interruption.reason) return;
    this.left = leaving;
    this.#interruption.stop(leaving.reason);
  }
}

const words = (red: readonly Verdict[]): string => red.map(({gate, evidence}) => `${gate} (${evidence})`).join(', ');
