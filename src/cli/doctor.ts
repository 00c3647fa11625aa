/** `crossfade doctor PLAN`: can these two databases be moved, with these roles, and what would have to be granted. */
import {nameOf} from '../model/table.ts';
import {assessPlan} from '../phase/assess.ts';
import {readPlanFile} from '../plan/plan-file.ts';
import {effectsOf} from '../runner/system-effects.ts';
import type {CommandModule} from './command.ts';
import {openSides, operationsOf} from './compose.ts';
import {EXIT} from './exit-codes.ts';

export const command: CommandModule = {
  configure: (command) => void command.argument('<file>', 'the plan'),
  run: async ({args: [file], output}) => {
    const {plan} = await readPlanFile(String(file));
    const effects = await effectsOf(process.env);
    output.say('asking both databases …');
    const sides = await openSides(plan, {id: 'doctor', short: 'doctor', name: plan.name}, effects);
    try {
      const [source, target] = await Promise.all([sides.source.identity(), sides.target.identity()]);
      const tables = await sides.source.catalog.tables(plan.scope);
      const findings = await assessPlan({...sides, plan, tables, operations: operationsOf(plan)});
      const isFit = findings.every((finding) => finding.severity !== 'refuse');
      if (output.isJson) output.document({fit: isFit, source, target, tables: tables.map((table) => nameOf(table.name)), findings});
      else {
        for (const [side, one] of [
          ['source', source],
          ['target', target],
        ] as const)
          output.data(`${side}: PostgreSQL ${one.versionText}, database ${one.database}, role ${one.role}`);
        for (const {severity, code, object, reason, next} of findings) output.data(`${severity} ${code} ${object}: ${reason}\n  → ${next}`);
        output.data(isFit ? `${tables.length} tables can be moved` : 'this cannot be moved as it is');
      }
      output.say(isFit ? `Next: crossfade plan ${String(file)}` : 'Next: crossfade explain CODE');
      return isFit ? EXIT.done : EXIT.noGo;
    } finally {
      await Promise.all([sides.source.close(), sides.target.close()]);
    }
  },
};
