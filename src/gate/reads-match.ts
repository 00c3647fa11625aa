import type {Gate} from './gate.ts';

/**
 * Routers have tried enough of the application's reads on the target since the route last changed, none had another answer,
 * and no more failed than the plan allows for so many.
 */
export const readsMatch: Gate = {
  limits: () =>
    'since the route last changed: no read with another answer on the target, enough of them compared or answered there, few errors',
  async check({reads}) {
    const {routers, readPercent, tally, enough, failuresMax} = await reads();
    const {differing, failed, equal, served, samples} = tally;
    const allowed = failuresMax * Math.max(1, Math.ceil((equal + served) / enough.answered));
    const found = [
      ...(differing > 0 ? [`${differing} have another answer there${samples[0] ? `, such as ${samples[0].statement}` : ''}`] : []),
      ...(failed > allowed ? [`${failed} failed there, and ${allowed} of so many may`] : []),
    ];
    const isEnough = equal >= enough.equal || served >= enough.answered;
    const open = isEnough ? [] : [`too few yet: ${enough.equal} compared or ${enough.answered} answered by the target are wanted`];
    const counts = `${readPercent} % of the reads go to the target; ${routers} routers tell of ${equal} compared equal, ${served} answered by the target, ${failed} failed`;
    return {
      go: found.length === 0 && isEnough,
      evidence: [counts, ...found, ...open].join('; '),
      isUnmeasured: found.length === 0 && !isEnough,
    };
  },
};
