/** `crossfade metrics [--listen HOST:PORT | --alerts]`: the runs of this state in numbers, once or for Prometheus to fetch, and its alerts. */
import type {JournalStore} from '../journal/journal.ts';
import {systemEffects} from '../runner/system-effects.ts';
import {alertRules, docsAddress} from './alert-rules.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {addressOf, cannotListen, hostText, isAddress, untilStopped, type Address} from './listening.ts';
import type {Output} from './output.ts';
import {withState} from './run-choice.ts';
import {SeenRuns} from './seen-runs.ts';

export const command: CommandModule = {
  configure: (command) =>
    void command
      .option('--listen <address>', 'answer Prometheus at HOST:PORT/metrics until Ctrl-C; 0 for any free port', addressOf)
      .option('--alerts', 'print the alert rules for Prometheus instead')
      .option('--docs <address>', 'with --alerts: where the folder docs of this package can be read, for the links', docsAddress),
  run: (invocation) => {
    if (invocation.options['alerts'] === true) return printAlerts(invocation);
    return withState(invocation, (store) => {
      const address = invocation.options['listen'];
      return isAddress(address) ? serve(address, store, invocation.output) : print(store, invocation.output);
    });
  },
};

async function printAlerts({options, output}: Invocation): Promise<ExitCode> {
  const rules = await alertRules(textOf(options['docs']));
  if (output.isJson) output.document({rules});
  else output.data(rules.trimEnd());
  return EXIT.done;
}

async function print(store: JournalStore, output: Output): Promise<ExitCode> {
  const runs = await new SeenRuns(store, systemEffects.clock).look();
  if (output.isJson) {
    const {METRICS} = await import('../server/metrics.ts');
    const metrics = runs.flatMap((run) =>
      METRICS.flatMap(({name, samples}) =>
        samples(run).map(({value, labels}) => ({name, run: run.id, plan: run.state.plan.name, ...(labels ? {labels} : {}), value})),
      ),
    );
    output.document({metrics});
  } else {
    const {metricsText} = await import('../server/metrics-text.ts');
    output.data((await metricsText(runs)).trimEnd());
  }
  return EXIT.done;
}

async function serve(address: Address, store: JournalStore, output: Output): Promise<ExitCode> {
  const {serveMetrics} = await import('../server/metrics-server.ts');
  const {metricsText} = await import('../server/metrics-text.ts');
  const runs = new SeenRuns(store, systemEffects.clock);
  const server = await serveMetrics(address, async () => metricsText(await runs.look())).catch((cause: unknown) => {
    throw cannotListen(address, cause);
  });
  output.say(`metrics at http://${hostText(address.host)}:${server.port}/metrics until Ctrl-C`);
  await untilStopped();
  await server.close();
  return EXIT.done;
}
