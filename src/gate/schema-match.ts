import type {Gate} from './gate.ts';

/** A person reads this; the rest is one `crossfade verify --schema` away. */
const NAMED_MAX = 5;

/** Whatever the source's tables have, indexes, constraints, triggers, privileges, stands on the target before it serves. */
export const schemaMatch: Gate = {
  limits: () => 'no difference between both catalogues',
  async check({schemaDifferences}) {
    const differences = await schemaDifferences();
    if (differences.length === 0) return {go: true, evidence: 'both catalogues say the same'};
    const more = differences.length > NAMED_MAX ? `, and ${differences.length - NAMED_MAX} more` : '';
    return {go: false, evidence: `${differences.length} differences: ${differences.slice(0, NAMED_MAX).join(', ')}${more}`};
  },
};
