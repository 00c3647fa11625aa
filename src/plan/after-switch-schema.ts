/** The plan key `afterSwitch`: what is looked at while the target serves and can still be left. */
import * as z from 'zod';
import {GATE_SETTINGS} from './gate-settings-schema.ts';
import {duration, wholeNumber} from './plan-words.ts';

const statements = z
  .strictObject({
    factor: z
      .number({error: 'must be a number'})
      .gt(1, 'must be above 1')
      .default(2)
      .describe('Slower is a statement whose mean time has grown so many times …'),
    least: duration({min: 1}).prefault('10ms').describe('… and by as much.'),
    calls: wholeNumber(1, 1_000_000).default(10).describe('A statement that has been sent less often on a side is not compared.'),
  })
  .transform(({factor, least, calls}) => ({factor, leastMs: least, callsMin: calls}));

const FOR_MS_MAX = 24 * 3_600_000;

const figure = GATE_SETTINGS['error-rate']
  .safeExtend({
    name: z
      .string()
      .regex(/^[\w .%-]{1,64}$/, 'must be letters, digits, spaces and . _ % -')
      .describe('What people and metrics call it.'),
    for: duration({min: 1000, max: FOR_MS_MAX})
      .prefault('60s')
      .describe('How long it has to be above max, each time it is measured. One that could not be measured begins it anew.'),
    onExceeded: z
      .enum(['tell', 'reverse'])
      .default('tell')
      .describe('tell: it is said and put on record. reverse: the traffic goes back at once, and nobody is asked.'),
  })
  .transform(({for: forMs, onExceeded, ...settings}) => ({name: settings.name, forMs, onExceeded, settings}));

const watch = z
  .array(figure)
  .min(1, 'must name at least one figure')
  .refine((figures) => new Set(figures.map(({name}) => name)).size === figures.length, 'names two figures alike');

/** As `canary.onFailure`. */
export function checkAfterSwitch(
  {afterSwitch, cutover}: {readonly afterSwitch?: z.output<typeof afterSwitchSchema>; readonly cutover: {readonly start: string}},
  context: z.core.$RefinementCtx<unknown>,
): void {
  const place = afterSwitch?.watch?.findIndex(({onExceeded}) => onExceeded === 'reverse') ?? -1;
  if (place < 0 || cutover.start !== 'auto') return;
  const message = 'would go there and back without end; it needs cutover.start: manual';
  context.addIssue({code: 'custom', path: ['afterSwitch', 'watch', place, 'onExceeded'], message});
}

export const afterSwitchSchema = z
  .strictObject({
    watch: z.exactOptional(
      watch.describe('Figures of your monitoring, each a Prometheus query or an address, as the gate error-rate takes them.'),
    ),
    statements: z.exactOptional(statements.describe('When a statement counts as slower on the target than it was on the source.')),
  })
  .describe('What is looked at in the reverse window.');
