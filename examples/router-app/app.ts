/**
 * A small web application that can be moved while it is in use: the router stands where the pool stood, and nothing else
 * changed. In your own application the import reads `crossfade/router`.
 */
import {createServer, type IncomingMessage, type Server} from 'node:http';
import {createRouter, type Router} from '../../src/router/router.ts';

export function startApp(options: {
  readonly source: string;
  readonly target: string;
  readonly migration: string;
  readonly port: number;
}): App {
  const router = createRouter(options);
  const server = createServer((request, response) => {
    void answer(router, request).then(([code, text]) => response.writeHead(code).end(text));
  });
  server.listen(options.port, '127.0.0.1');
  return {
    server,
    router,
    close: async () => {
      await new Promise((closed) => server.close(closed));
      await router.close();
    },
  };
}

export type App = {readonly server: Server; readonly router: Router; close(): Promise<void>};

async function answer(router: Router, {method, url}: IncomingMessage): Promise<readonly [number, string]> {
  try {
    if (method === 'POST') await router.query('INSERT INTO guest (name) VALUES ($1)', [url?.slice(1)]);
    const {rows} = await router.query<{name: string}>('SELECT name FROM guest ORDER BY id');
    return [200, rows.map(({name}) => `${name}\n`).join('')];
  } catch (error) {
    return [503, `${error instanceof Error ? error.message : String(error)}\n`];
  }
}
