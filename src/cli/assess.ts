/** `crossfade assess PLAN`: what is there, how it grows, what stands in the way, and how long and how large it will be. */
import {nameOf} from '../model/table.ts';
import {assessPlan} from '../phase/assess.ts';
import {parseDuration} from '../plan/duration.ts';
import {readPlanFile} from '../plan/plan-file.ts';
import {parseSize} from '../plan/size.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {assessReport, printAssessment} from './assess-report.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import {openSides, operationsOf} from './compose.ts';
import {mappingOf} from './compose-mapping.ts';
import {EXIT} from './exit-codes.ts';

export const command: CommandModule = {
  configure: (command) =>
    void command
      .argument('<file>', 'the plan')
      .option('--interval <duration>', 'between the two samples that growth is measured from', '10s')
      .option('--target-disk <size>', 'room for data on the target, to say when it will be full'),
  run: async (invocation) => {
    const {plan} = await readPlanFile(String(invocation.args[0]));
    const effects = await effectsOf(process.env);
    const intervalMs = parseDuration(textOf(invocation.options['interval']) ?? '') ?? 10_000;
    const diskBytes = parseSize(textOf(invocation.options['targetDisk']) ?? '');
    invocation.output.say(`asking both databases, twice within ${intervalMs / 1000} s …`);
    const sides = await openSides(plan, {id: 'assess', short: 'assess', name: plan.name}, effects);
    try {
      const tables = await sides.source.catalog.tables(plan.scope);
      const source = await sides.source.catalog.inventory(tables);
      const findings = await assessPlan({...sides, plan, tables, operations: operationsOf(plan), mapping: await mappingOf(plan)});
      await effects.clock.sleep(intervalMs);
      const later = await sides.source.catalog.inventory([]);
      const report = assessReport({
        plan,
        tables: tables.map((table) => ({...table, label: nameOf(table.name)})),
        source,
        laterBytes: later.databaseBytes,
        intervalMs,
        diskBytes,
        findings,
      });
      return print(invocation, report);
    } finally {
      await Promise.all([sides.source.close(), sides.target.close()]);
    }
  },
};

const print = (invocation: Invocation, report: ReturnType<typeof assessReport>) => {
  if (invocation.output.isJson) invocation.output.document(report);
  else printAssessment(report, invocation.output);
  invocation.output.say(report.fit ? `Next: crossfade plan ${String(invocation.args[0])}` : 'Next: settle the refusals above');
  return report.fit ? EXIT.done : EXIT.noGo;
};
