/** `crossfade metrics [--listen HOST:PORT]`: the runs of this state in numbers, once or for Prometheus to fetch. */
import {InvalidArgumentError} from 'commander';
import type {JournalStore} from '../journal/journal.ts';
import {TerminalError} from '../model/errors.ts';
import {systemEffects} from '../runner/system-effects.ts';
import type {CommandModule} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import type {Output} from './output.ts';
import {withState} from './run-choice.ts';
import {SeenRuns} from './seen-runs.ts';

type Address = {readonly host: string; readonly port: number};

export const command: CommandModule = {
  configure: (command) =>
    void command.option('--listen <address>', 'answer Prometheus at HOST:PORT/metrics until Ctrl-C; 0 for any free port', addressOf),
  run: (invocation) =>
    withState(invocation, (store) => {
      const address = invocation.options['listen'];
      return isAddress(address) ? serve(address, store, invocation.output) : print(store, invocation.output);
    }),
};

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
  output.say(`metrics at http://${address.host}:${server.port}/metrics until Ctrl-C`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await server.close();
  return EXIT.done;
}

function addressOf(text: string): Address {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new InvalidArgumentError('It has to be HOST:PORT, for example 127.0.0.1:9187.');
  return {host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port)};
}

const isAddress = (value: unknown): value is Address => typeof value === 'object' && value !== null && 'port' in value;

const cannotListen = ({host, port}: Address, cause: unknown): TerminalError =>
  new TerminalError(`nobody can listen at ${host}:${port}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    code: 'CF-USAGE-001',
    next: 'give another --listen address of this machine',
    cause,
  });
