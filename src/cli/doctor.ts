/** `crossfade doctor PLAN`: can these databases be moved or changed, with these roles, and what would have to be granted. */
import {nameOf} from '../model/table.ts';
import {assessPlan} from '../phase/assess.ts';
import {isInPlace} from '../plan/plan.ts';
import {readPlanFile} from '../plan/plan-file.ts';
import {effectsOf} from '../runner/system-effects.ts';
import type {CommandModule} from './command.ts';
import {openSides, openSwitches, operationsOf} from './compose.ts';
import {mappingOf} from './compose-mapping.ts';
import {EXIT} from './exit-codes.ts';
import {grantLines} from './grant-lines.ts';
import {switchFindings} from './switch-findings.ts';

export const command: CommandModule = {
  configure: (command) => void command.argument('<file>', 'the plan'),
  run: async ({args: [file], output}) => {
    const {plan} = await readPlanFile(String(file));
    const effects = await effectsOf(process.env);
    output.say('asking both databases …');
    const migration = {id: 'doctor', short: 'doctor', name: plan.name};
    const sides = await openSides(plan, migration, effects);
    try {
      const [source, target] = await Promise.all([sides.source.identity(), sides.target.identity()]);
      const tables = await sides.source.catalog.tables(plan.scope);
      const inTheWay = await assessPlan({...sides, plan, tables, operations: operationsOf(plan), mapping: await mappingOf(plan)});
      const findings = [...inTheWay, ...(await switchFindings(openSwitches(plan, sides, migration, effects)))];
      const grants = {
        source: await sides.source.catalog.grants('source', tables),
        target: await sides.target.catalog.grants('target', tables),
      };
      const isFit = findings.every((finding) => finding.severity !== 'refuse');
      if (output.isJson) output.document({fit: isFit, source, target, tables: tables.map((table) => nameOf(table.name)), findings, grants});
      else {
        for (const [side, one] of isInPlace(plan)
          ? ([['database', source]] as const)
          : ([
              ['source', source],
              ['target', target],
            ] as const))
          output.data(`${side}: PostgreSQL ${one.versionText}, database ${one.database}, role ${one.role}`);
        for (const {severity, code, object, reason, next} of findings) output.data(`${severity} ${code} ${object}: ${reason}\n  → ${next}`);
        for (const side of isInPlace(plan) ? [] : (['source', 'target'] as const))
          for (const line of grantLines(side, {source, target}[side], grants[side])) output.data(line);
        const done = isInPlace(plan) ? 'changed' : 'moved';
        output.data(isFit ? `${tables.length} tables can be ${done}` : `this cannot be ${done} as it is`);
      }
      output.say(isFit ? `Next: crossfade plan ${String(file)}` : 'Next: crossfade explain CODE');
      return isFit ? EXIT.done : EXIT.noGo;
    } finally {
      await Promise.all([sides.source.close(), sides.target.close()]);
    }
  },
};
