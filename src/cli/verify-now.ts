/** A comparison that an operator asked for, beside whatever the run is doing; its result is an entry of the journal. */
import type {JournalFact} from '../journal/journal.ts';
import {errorText, TerminalError} from '../model/errors.ts';
import {lane} from '../phase/lane.ts';
import {evidenceOf} from '../phase/compare-sides.ts';
import {Repairs} from '../phase/repair.ts';
import type {Link} from '../pipeline/replication.ts';
import {differenceJson, differenceText} from '../verify/difference-report.ts';
import type {RunParts} from './compose.ts';

type Verified = Extract<JournalFact, {type: 'verified'}>;
export type Asked = {
  readonly repair: boolean;
  /** Hashed keys of rows that a drill has changed. */
  readonly seeded?: readonly string[];
};

/**
 * Never throws: what could not be compared is an answer of its own, and never "equal" (invariant 10). `record`: durable
 * when it returns, because why rows differed has to be on record before they are healed.
 */
export const verifyNow = async (
  context: RunParts['context'],
  {repair, seeded = []}: Asked,
  record: (fact: JournalFact) => Promise<unknown>,
  signal: AbortSignal,
): Promise<Verified> => {
  const repairs = new Repairs(new Set(seeded));
  try {
    const link = applyingLink(context);
    const inTurn = (stop: AbortSignal) => lane({...context, signal, pausable: (_where, work) => work}, 'verify', 'between ranges', stop);
    let report = await context.verification.compareAll(link, signal, inTurn);
    const found = report.differing ? {text: differenceText(report, 'hashed'), differences: differenceJson(report)} : undefined;
    // A comparison names the first of many; as long as there are fewer each time, the next ones are repaired too.
    for (let before = Infinity; repair && report.differing && report.differing < before; ) {
      before = report.differing;
      const causes = repairs.tell(report, (difference) => context.verification.causeOf(link, difference));
      await record({type: 'repairing', causes});
      await repairs.heal(link, report, signal);
      report = await context.verification.compareAll(link, signal, inTurn);
    }
    const evidence = {...evidenceOf(report, context.clock.now(), link.direction), found};
    return {type: 'verified', evidence, repaired: repairs.rows, ...causesOf(repairs), error: undefined};
  } catch (error) {
    return {
      type: 'verified',
      evidence: {},
      repaired: repairs.rows,
      ...causesOf(repairs),
      error: `could not be compared: ${errorText(error)}`,
    };
  }
};

const causesOf = (repairs: Repairs) => (repairs.list().length ? {causes: repairs.list()} : {});

/** Before every table is past its window the sides differ by design. */
const applyingLink = ({replication}: RunParts['context']): Link => {
  const link = (['forward', 'reverse'] as const).map((direction) => replication.link(direction)).find((one) => one?.mode === 'apply');
  if (!link) throw new TerminalError('no stream is being applied yet', {code: 'CF-VERIFY-002', next: 'wait for the phase catch-up'});
  if (!link.strict)
    throw new TerminalError('tables are still in their replay window', {code: 'CF-VERIFY-002', next: 'wait until catch-up is done'});
  return link;
};
