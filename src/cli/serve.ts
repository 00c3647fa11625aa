/** `crossfade serve`: the runs of this state by HTTP, to look at, to steer and to approve; the runner is another process. */
import {readFile} from 'node:fs/promises';
import {errorText, TerminalError} from '../model/errors.ts';
import {systemEffects} from '../runner/system-effects.ts';
import type {Served} from './api.ts';
import {textOf, type CommandModule, type Invocation} from './command.ts';
import {EXIT, type ExitCode} from './exit-codes.ts';
import {addressOf, cannotListen, hostText, isAddress, untilStopped, type Address} from './listening.ts';
import {withState} from './run-choice.ts';

const USUAL: Address = {host: '127.0.0.1', port: 7415};

export const command: CommandModule = {
  configure: (command) =>
    void command
      .option(
        '--listen <address>',
        `answer at HOST:PORT until Ctrl-C; ${USUAL.host}:${USUAL.port} when absent, 0 for any free port`,
        addressOf,
      )
      .option('--tls-cert <file>', 'the certificate, with those that lead to its authority (PEM)')
      .option('--tls-key <file>', 'its private key (PEM)')
      .option('--without-tls', 'answer at an address of the network in the clear, for a proxy in front that brings TLS'),
  run: (invocation) =>
    withState(invocation, (store) => serve({store, state: invocation.global.state, clock: systemEffects.clock}, invocation)),
};

async function serve(served: Served, {options, output}: Invocation): Promise<ExitCode> {
  const address = isAddress(options['listen']) ? options['listen'] : USUAL;
  const tls = await tlsOf(options);
  const {isLoopback} = await import('../server/admission.ts');
  if (!tls && !isLoopback(address.host) && options['withoutTls'] !== true)
    throw refused(
      `access tokens would go to ${hostText(address.host)} in the clear`,
      'add --tls-cert FILE --tls-key FILE; or --without-tls, with a proxy in front that brings TLS',
    );
  const [{serveApi}, {apiOf}] = await Promise.all([import('../server/api-server.ts'), import('./api.ts')]);
  const respond = apiOf(served);
  const telling: typeof respond = (call) =>
    respond(call).catch((error: unknown) => {
      output.insist(`${call.method} ${call.path} could not be answered: ${errorText(error)}`);
      throw error;
    });
  const server = await serveApi({...address, ...(tls ? {tls} : {})}, telling).catch((cause: unknown) => {
    throw cannotListen(address, cause);
  });
  const url = `${tls ? 'https' : 'http'}://${hostText(address.host)}:${server.port}`;
  if (output.isJson) output.document({url});
  else output.data(url);
  output.say(
    'The runs of this state, until Ctrl-C: docs/api.md. From this machine everybody may look on; to act: crossfade token create NAME --role ROLE',
  );
  await untilStopped();
  await server.close();
  return EXIT.done;
}

async function tlsOf(options: Invocation['options']): Promise<{readonly cert: string; readonly key: string} | undefined> {
  const [cert, key] = [textOf(options['tlsCert']), textOf(options['tlsKey'])];
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw refused('a certificate and its key belong together', 'give --tls-cert FILE and --tls-key FILE');
  return {cert: await contentOf(cert), key: await contentOf(key)};
}

const contentOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw refused(`${file} cannot be read`, 'name a PEM file that this account may read', cause);
  });

const refused = (message: string, next: string, cause?: unknown): TerminalError =>
  new TerminalError(message, {code: 'CF-USAGE-001', next, cause});
