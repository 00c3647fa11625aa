/** What the journal says of each attempt to cut over: its steps between the hold and the route, and what lay between them. */
import type {Entry} from '../src/journal/journal.ts';
import type {Window} from './stall-log.ts';

export type Attempt = {
  readonly direction: 'forward' | 'reverse';
  /** False: it was called off, and the side that was open serves. */
  readonly isDecided: boolean;
  readonly reason: string;
  /** From the hold's intent to the outcome that let the clients go: of the route, or of the hold's end. */
  readonly held: Window;
  /** Milliseconds by step, each from its intent to its outcome, so with the intent's own way to the disk. */
  readonly steps: Readonly<Record<string, number>>;
  /** Of the hold, when no step was under way: outcomes on their way to the disk. */
  readonly betweenMs: number;
  /** Rows that were compared while the clients waited. */
  readonly rowsCompared: number;
};

const PHASES: Readonly<Record<string, Attempt['direction']>> = {cutover: 'forward', 'reverse-cutover': 'reverse'};
const LET_GO = ['route', 'end-hold'];

/** One per visit of a cutover's phase that has come as far as its hold. */
export function attemptsOf(entries: readonly Entry[]): Attempt[] {
  const attempts: Attempt[] = [];
  let visit: Entry[] = [];
  for (const entry of entries) {
    const {fact} = entry;
    if (!('phase' in fact) || PHASES[fact.phase] === undefined) continue;
    if (fact.type === 'phase-started') visit = [];
    visit.push(entry);
    if (fact.type === 'phase-ended') attempts.push(...attemptOf(visit, PHASES[fact.phase] ?? 'forward'));
  }
  return attempts;
}

type Step = Window & {readonly step: string; readonly evidence: unknown};

function attemptOf(visit: readonly Entry[], direction: Attempt['direction']): Attempt[] {
  const steps = stepsOf(visit);
  const hold = steps.find(({step}) => step === 'hold');
  const last = steps.find(({step}) => LET_GO.includes(step));
  const end = visit.at(-1)?.fact;
  if (!hold || !last || end?.type !== 'phase-ended') return [];
  const held = {fromMs: hold.fromMs, toMs: last.toMs};
  const inHold = steps.filter(({fromMs, toMs}) => fromMs >= held.fromMs && toMs <= held.toMs);
  return [
    {
      direction,
      isDecided: end.outcome === 'done',
      reason: typeof end.evidence['reason'] === 'string' ? end.evidence['reason'] : '',
      held,
      steps: Object.fromEntries(inHold.map(({step, fromMs, toMs}) => [step, toMs - fromMs])),
      betweenMs: held.toMs - held.fromMs - covered(inHold),
      rowsCompared: rowsOf(inHold.find(({step}) => step === 'final-check')?.evidence),
    },
  ];
}

/** A step that failed has an end as well. */
function stepsOf(visit: readonly Entry[]): Step[] {
  const begun = new Map<string, number>();
  return visit.flatMap(({fact, at}): Step[] => {
    if (fact.type === 'step-intent') begun.set(fact.step, Date.parse(at));
    if (fact.type !== 'step-outcome' && fact.type !== 'step-failed') return [];
    const fromMs = begun.get(fact.step);
    const evidence = fact.type === 'step-outcome' ? fact.evidence : undefined;
    return fromMs === undefined ? [] : [{step: fact.step, fromMs, toMs: Date.parse(at), evidence}];
  });
}

/** Steps may go on at the same time. */
function covered(steps: readonly Window[]): number {
  let [sum, reached] = [0, -Infinity];
  for (const {fromMs, toMs} of steps.toSorted((a, b) => a.fromMs - b.fromMs)) {
    sum += Math.max(0, toMs - Math.max(fromMs, reached));
    reached = Math.max(reached, toMs);
  }
  return sum;
}

function rowsOf(evidence: unknown): number {
  const {changed} = (evidence ?? {}) as {readonly changed?: {readonly rows?: number}};
  return changed?.rows ?? 0;
}
