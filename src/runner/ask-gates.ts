/** Asks the gates of a phase until all are green; what could not be measured is a no-go. The stream goes on meanwhile. */
import type {Answer, Gate, Measures} from '../gate/gate.ts';
import {UNMEASURED} from '../journal/evidence.ts';
import type {Verdict} from '../journal/journal.ts';
import {errorText, TerminalError} from '../model/errors.ts';
import type {Named} from '../plan/plan.ts';

export type GateRequest = {
  readonly phase: string;
  readonly gates: readonly Named[];
  readonly known: Readonly<Record<string, Gate>>;
  readonly measures: (gate: Named) => Measures;
  readonly answers: GateAnswers;
  readonly monotonicMs: () => number;
};

/** What costly gates have answered and still holds, by phase and place in its list. Of one runner: another one asks anew. */
export type GateAnswers = Map<string, {readonly answer: Answer; readonly untilMs: number}>;

/** A costly gate that could not measure is not asked without a pause. */
const UNMEASURED_HOLDS_MS = 30_000;

/** In the order of the plan. The costly ones are asked first: theirs may take minutes, and a lag of then says nothing now. */
export const askGates = async (request: GateRequest): Promise<Verdict[]> => {
  const {gates, known} = request;
  const answers = new Map<number, Answer>();
  const order = [...gates.keys()].toSorted((a, b) => costOf(b) - costOf(a));
  for (const place of order) {
    const gate = gates[place];
    if (gate) answers.set(place, await answerOf(gate, place, request));
  }
  return gates.map(({name}, place) => {
    const {go, evidence, forecast} = answers.get(place) ?? UNASKED;
    return {gate: name, go, evidence, ...(forecast ? {forecast} : {})};
  });

  function costOf(place: number): number {
    return known[gates[place]?.name ?? '']?.isCostly ? 1 : 0;
  }
};

const UNASKED: Answer = {go: false, evidence: 'was not asked'};

const answerOf = async (gate: Named, place: number, request: GateRequest): Promise<Answer> => {
  const {known, phase, answers, monotonicMs} = request;
  const member = known[gate.name];
  if (!member) throw new TerminalError(`there is no gate ${gate.name}`, {code: 'CF-PLAN-001', next: 'crossfade validate'});
  if (!member.isCostly) return askOne(member, request.measures(gate));
  const key = `${phase} ${place} ${gate.name}`;
  const kept = answers.get(key);
  if (kept && monotonicMs() < kept.untilMs) return kept.answer;
  const answer = await askOne(member, request.measures(gate));
  answers.set(key, {answer, untilMs: monotonicMs() + (answer.holdsMs ?? UNMEASURED_HOLDS_MS)});
  return answer;
};

const askOne = async (member: Gate, measures: Measures): Promise<Answer> => {
  try {
    const answer = await member.check(measures);
    return answer.isUnmeasured ? {...answer, evidence: `${UNMEASURED}${answer.evidence}`} : answer;
  } catch (error) {
    return {go: false, evidence: `${UNMEASURED}${errorText(error)}`};
  }
};
