/** What verbs share that answer at an address until they are told to stop. */
import {InvalidArgumentError} from 'commander';
import {errorText, TerminalError} from '../model/errors.ts';

export type Address = {readonly host: string; readonly port: number};

/** `--listen HOST:PORT`; 0 for any free port. */
export function addressOf(text: string): Address {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new InvalidArgumentError('It has to be HOST:PORT, for example 127.0.0.1:9187.');
  return {host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port)};
}

export const isAddress = (value: unknown): value is Address => typeof value === 'object' && value !== null && 'port' in value;

/** As it stands in an address of the web. */
export const hostText = (host: string): string => (host.includes(':') ? `[${host}]` : host);

export const cannotListen = ({host, port}: Address, cause: unknown): TerminalError =>
  new TerminalError(`nobody can listen at ${hostText(host)}:${port}: ${errorText(cause)}`, {
    code: 'CF-USAGE-001',
    next: 'give another --listen address of this machine',
    cause,
  });

export const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
