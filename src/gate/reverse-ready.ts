import type {Gate} from './gate.ts';

const NAMED_MAX = 5;

/** A cutover without a way back is one that nobody can undo: the other side could send its changes, and this one take them. */
export const reverseReady: Gate = {
  limits: () => 'the way back could start, or runs already',
  async check(measures) {
    const faults = await measures.wayBackFaults();
    if (faults.length === 0) return {go: true, evidence: 'nothing stands in the way back'};
    const more = faults.length > NAMED_MAX ? `; and ${faults.length - NAMED_MAX} more, see crossfade doctor` : '';
    return {go: false, evidence: `${faults.slice(0, NAMED_MAX).join('; ')}${more}`};
  },
};
