/** `crossfade doctor PLAN`: can these databases be moved or changed, with these roles, and what would have to be granted. */
import {nameOf} from '../model/table.ts';
import {assessPlan, onTarget, wishesOf} from '../phase/assess.ts';
import {isInPlace} from '../plan/plan.ts';
import {effectsOf} from '../runner/system-effects.ts';
import type {CommandModule} from './command.ts';
import {openSides, openSwitches, operationsOf} from './compose.ts';
import {failoverFindings, openFailover} from './compose-failover.ts';
import {mappingOf} from './compose-mapping.ts';
import {planArgument} from './plan-argument.ts';
import {EXIT} from './exit-codes.ts';
import {findingLines} from './finding-lines.ts';
import {grantLines} from './grant-lines.ts';
import {canaryFindings} from './canary-findings.ts';
import {switchFindings} from './switch-findings.ts';

export const command: CommandModule = {
  configure: (command) => void command.argument('<file>', 'the plan, or - for stdin'),
  run: async (invocation) => {
    const {
      args: [file],
      output,
    } = invocation;
    const {plan} = await planArgument(invocation);
    const effects = await effectsOf(process.env);
    output.say('asking both databases …');
    const migration = {id: 'doctor', short: 'doctor', name: plan.name};
    const sides = await openSides(plan, migration, effects);
    try {
      const [source, target] = await Promise.all([sides.source.identity(), sides.target.identity()]);
      const tables = await sides.source.catalog.tables(plan.scope);
      const mapping = await mappingOf(plan);
      const inTheWay = await assessPlan({...sides, plan, tables, operations: operationsOf(plan), mapping});
      const canary = await canaryFindings(plan, sides, effects.clock);
      const switched = await switchFindings(openSwitches(plan, sides, migration, effects));
      const failover = await failoverFindings(plan, openFailover(plan, sides.addresses, migration, effects));
      const findings = [...inTheWay, ...switched, ...failover, ...canary.findings];
      const grants = {
        source: await sides.source.catalog.grants('source', tables, wishesOf(plan)),
        target: await sides.target.catalog.grants('target', onTarget(tables, mapping), wishesOf(plan)),
      };
      const isFit = findings.every((finding) => finding.severity !== 'refuse');
      if (output.isJson)
        output.document({
          fit: isFit,
          source,
          target,
          tables: tables.map((table) => nameOf(table.name)),
          findings,
          grants,
          canary: canary.grants,
        });
      else {
        for (const [side, one, {product}] of isInPlace(plan)
          ? ([['database', source, sides.engines.source]] as const)
          : ([
              ['source', source, sides.engines.source],
              ['target', target, sides.engines.target],
            ] as const))
          output.data(`${side}: ${product} ${one.versionText}, database ${one.database}, role ${one.role}`);
        for (const line of findingLines(findings)) output.data(line);
        for (const side of isInPlace(plan) ? [] : (['source', 'target'] as const))
          for (const line of grantLines(side, {source, target}[side], grants[side])) output.data(line);
        for (const {side, role, grants} of canary.grants)
          for (const line of grantLines(side, {role, database: {source, target}[side].database}, grants)) output.data(line);
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
