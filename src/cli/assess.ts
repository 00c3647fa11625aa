/** `crossfade assess PLAN`: what is there, how it grows, what stands in the way, and how long and how large it will be. */
import {TerminalError} from '../model/errors.ts';
import {nameOf} from '../model/table.ts';
import {conversionReport} from '../phase/assess-conversion.ts';
import {programsOf} from '../phase/assess-programs.ts';
import {assessPlan, inventoriesOf} from '../phase/assess.ts';
import {parseDuration} from '../plan/duration.ts';
import {parseSize} from '../plan/size.ts';
import {effectsOf} from '../runner/system-effects.ts';
import {assessLines} from './assess-lines.ts';
import {assessReport} from './assess-report.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import {openSides, operationsOf} from './compose.ts';
import {mappingOf} from './compose-mapping.ts';
import {planArgument} from './plan-argument.ts';
import {EXIT} from './exit-codes.ts';

export const command: CommandModule = {
  configure: (command) =>
    void command
      .argument('<file>', 'the plan, or - for stdin')
      .option('--interval <duration>', 'between the two samples that growth is measured from', '10s')
      .option('--no-counts', 'leave out the counts of rows that a conversion would lose, which read each such table once')
      .option('--target-disk <size>', 'room for data on the target, to say when it will be full'),
  run: async (invocation) => {
    const {plan} = await planArgument(invocation);
    const effects = await effectsOf(process.env);
    const intervalMs = flag(invocation, 'interval', 'interval', parseDuration) ?? 10_000;
    const diskBytes = flag(invocation, 'targetDisk', 'target-disk', parseSize);
    invocation.output.say(`asking both databases, twice within ${intervalMs / 1000} s …`);
    const sides = await openSides(plan, {id: 'assess', short: 'assess', name: plan.name}, effects);
    try {
      for (const side of [sides.source, sides.target]) await side.identity(); // a standby is told before it is asked what it cannot answer
      const tables = await sides.source.catalog.tables(plan.scope);
      const begun = effects.clock.monotonicMs();
      const inventories = await inventoriesOf(sides, tables);
      const mapping = await mappingOf(plan);
      const findings = await assessPlan({...sides, plan, tables, operations: operationsOf(plan), mapping});
      const schema = await sides.source.convertible?.read(tables);
      const conversion = await conversionReport({...sides, plan, schema, mapping}, invocation.options['counts'] !== false);
      await effects.clock.sleep(intervalMs);
      const later = await sides.source.catalog.inventory([]);
      const report = assessReport({
        plan,
        tables: tables.map((table) => ({...table, label: nameOf(table.name)})),
        inventories,
        later,
        intervalMs: effects.clock.monotonicMs() - begun,
        diskBytes,
        findings,
        programs: programsOf(schema),
        ...(conversion ? {conversion} : {}),
      });
      return print(invocation, report);
    } finally {
      await Promise.all([sides.source.close(), sides.target.close()]);
    }
  },
};

/** A value that cannot be read is refused: it would be taken for one that was not given. */
const flag = ({options}: Invocation, option: string, name: string, parse: (text: string) => number | undefined): number | undefined => {
  const text = textOf(options[option]);
  const value = text === undefined ? undefined : parse(text);
  if (text === undefined || value !== undefined) return value;
  throw new TerminalError(`--${name} cannot be ${text}`, {code: 'CF-USAGE-001', next: 'write a number with its unit: 10s, 500GiB'});
};

const print = (invocation: Invocation, report: ReturnType<typeof assessReport>) => {
  if (invocation.output.isJson) invocation.output.document(report);
  else for (const line of assessLines(report)) invocation.output.data(line);
  invocation.output.say(report.fit ? `Next: crossfade plan ${String(invocation.args[0])}` : 'Next: settle the refusals above');
  return report.fit ? EXIT.done : EXIT.noGo;
};
