/** Each attempt to move the traffic, either way: what it cost whom, and what the canary saw. */
import type {Direction} from '../model/side.ts';
import {type Evidence, fields, msBetween, numberIn, textIn} from './evidence.ts';
import type {PhaseVisit, StepRun} from './visits.ts';

export type Attempt = {
  readonly direction: Direction;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** The traffic moved. */
  readonly decided: boolean;
  /** Why it was called off. */
  readonly reason: string | null;
  /** From the hold until the clients were let go, by the runner's own measure. */
  readonly heldMs: number | null;
  /** The longest wait between two writes that were acknowledged to the canary, which writes as applications do. */
  readonly stallMs: number | null;
  /** How the time in which clients waited was spent, from the beginning of the hold. Steps may run beside each other. */
  readonly held: readonly {readonly step: string; readonly fromMs: number; readonly ms: number}[];
  /** As it was recorded: tokens written, refused, lost, twice, and on which side each was found. */
  readonly canary: Evidence;
  /** Sessions of applications that were still on the side that closed. */
  readonly leftBehind: readonly Evidence[];
};

const DIRECTIONS: Readonly<Record<string, Direction>> = {cutover: 'forward', 'reverse-cutover': 'reverse'};
/** Clients wait in these. */
const HELD = ['hold', 'raise-fence', 'drain', 'final-check', 'sequences', 'mark-reverse', 'decide', 'open', 'route'];

export const attemptsOf = (visits: readonly PhaseVisit[]): readonly Attempt[] =>
  visits.flatMap((visit) => {
    const direction = DIRECTIONS[visit.phase];
    return direction ? [attempt(visit, direction)] : [];
  });

function attempt({startedAt, endedAt, outcome, evidence, steps}: PhaseVisit, direction: Direction): Attempt {
  const canary = fields(evidence['canary']);
  const inHold = steps.filter(({step}) => HELD.includes(step));
  return {
    direction,
    startedAt,
    endedAt,
    decided: outcome === 'done',
    reason: textIn(evidence, 'reason'),
    heldMs: numberIn(evidence, 'heldMs'),
    stallMs: numberIn(canary, 'stallMs'),
    held: inHold.flatMap((step) => heldStep(step, inHold[0]?.startedAt ?? startedAt)),
    canary,
    leftBehind: Array.isArray(evidence['leftOnClosedSide']) ? evidence['leftOnClosedSide'].map(fields) : [],
  };
}

const heldStep = ({step, startedAt, ms}: StepRun, since: string) => (ms === null ? [] : [{step, fromMs: msBetween(since, startedAt), ms}]);
