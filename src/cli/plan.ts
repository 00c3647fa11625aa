/** `crossfade plan FILE`: what would be done, in order. Reads both databases, changes neither. */
import {readPlanFile} from '../plan/plan-file.ts';
import {effectsOf} from '../runner/system-effects.ts';
import type {CommandModule} from './command.ts';
import {openSides, operationsOf} from './compose.ts';
import {mappingOf} from './compose-mapping.ts';
import {EXIT} from './exit-codes.ts';
import {planOutline} from './plan-outline.ts';
import {assessPlan} from '../phase/assess.ts';
import {toSetAside} from '../phase/target-schema.ts';

export const command: CommandModule = {
  configure: (command) => void command.argument('<file>', 'the plan'),
  run: async ({args: [file], output}) => {
    const pinned = await readPlanFile(String(file));
    const effects = await effectsOf(process.env);
    output.say('asking both databases …');
    const sides = await openSides(pinned.plan, {id: 'plan', short: 'plan', name: pinned.plan.name}, effects);
    try {
      const tables = await sides.source.catalog.tables(pinned.plan.scope);
      const mapping = await mappingOf(pinned.plan);
      const findings = await assessPlan({...sides, plan: pinned.plan, tables, operations: operationsOf(pinned.plan), mapping});
      const setAside = await toSetAside(
        sides.target,
        pinned.plan,
        tables.map(({name}) => mapping.targetName(name)),
      );
      const outline = planOutline(pinned.plan, tables, setAside);
      const refusals = findings.filter((finding) => finding.severity === 'refuse');
      if (output.isJson)
        output.document({
          plan: pinned.plan.name,
          checksum: pinned.checksum,
          tables: tables.map(({name, estimatedRows, estimatedBytes, key}) => ({...name, estimatedRows, estimatedBytes, key})),
          findings,
          phases: outline,
        });
      else {
        for (const {phase, steps} of outline) {
          output.data(phase);
          for (const step of steps) output.data(`  ${step.what}${step.locks ? `  [locks: ${step.locks}]` : ''}`);
        }
        for (const {severity, code, object, reason, next} of findings)
          output.data(`${severity === 'refuse' ? 'REFUSED' : severity} ${code} ${object}: ${reason}\n  → ${next}`);
      }
      output.say(refusals.length ? `Next: settle the ${refusals.length} refusals above` : `Next: crossfade run ${String(file)}`);
      return refusals.length ? EXIT.noGo : EXIT.done;
    } finally {
      await Promise.all([sides.source.close(), sides.target.close()]);
    }
  },
};
