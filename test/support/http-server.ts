/** A service of the operator's, as gates ask one. */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

export type Asked = {readonly method: string; readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string};

export type TestService = AsyncDisposable & {readonly url: string; readonly asked: readonly Asked[]};

/** `answer` may leave the response open, as a service that hangs. */
export async function httpService(answer: (asked: Asked, response: ServerResponse) => void): Promise<TestService> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      const one = {method: request.method ?? '', url: request.url ?? '', headers: request.headers, body};
      asked.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
