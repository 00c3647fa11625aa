import type {Gate} from './gate.ts';

const NEXT = 'set max_slot_wal_keep_size on the server, or write source.disk and target.disk: SIZE into the plan';

/** The log that is kept for the streams can be kept for as long as the plan's margin says (H-60, H-61). */
export const retention: Gate = {
  isOfTheMoment: true,
  limits: () => 'no slot is lost and no disk is full within retention.margin',
  async check(measures) {
    const outlooks = await measures.retention();
    if (outlooks.length === 0) throw new Error(`nothing tells how long the log can be kept; ${NEXT}`);
    const red = outlooks.filter(({isWell}) => !isWell);
    return {go: red.length === 0, evidence: (red.length > 0 ? red : outlooks).map(({words}) => words).join('; ')};
  },
};
