import type {Gate} from './gate.ts';

/** A person reads this; `crossfade doctor` lists them all. */
const NAMED_MAX = 5;

/** The roles of the application can do on the target what they do on the source, or it would stop with the switch (H-100). */
export const applicationRoles: Gate = {
  limits: () => 'every role of the plan may do on the target what it may do on the source',
  async check(measures) {
    const faults = await measures.applicationRoleFaults();
    if (faults.length === 0) return {go: true, evidence: 'the roles of the application fit on both sides'};
    const more = faults.length > NAMED_MAX ? `; and ${faults.length - NAMED_MAX} more, see crossfade doctor` : '';
    return {go: false, evidence: `${faults.slice(0, NAMED_MAX).join('; ')}${more}`};
  },
};
