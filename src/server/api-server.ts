/**
 * Calls by HTTP or HTTPS, with limits on how large and how slow they may be: part of the effects seam. What is answered is
 * `respond`'s business.
 */
import {createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {createServer as createSecureServer} from 'node:https';

export type ApiCall = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Of the other end of the connection. */
  readonly address: string;
  readonly body: string;
  /** Aborts when nobody reads the answer any more. */
  readonly gone: AbortSignal;
};

/** JSON, a page for a browser, or parts of a text that is sent as it comes. */
export type ApiAnswer = {readonly status: number; readonly headers?: Readonly<Record<string, string>>} & (
  | {readonly document: object}
  | {readonly page: string}
  | {readonly stream: AsyncIterable<string>}
);

export type ApiServer = {readonly port: number; close(): Promise<void>};

export type Place = {
  readonly host: string;
  readonly port: number;
  /** PEM, both; without them what is said can be read on the way. */
  readonly tls?: {readonly cert: string; readonly key: string};
};

const BODY_BYTES_MAX = 16 * 1024;
const LIMITS = {headersTimeout: 10_000, requestTimeout: 15_000, keepAliveTimeout: 5_000, maxHeaderSize: 8 * 1024};
const CONNECTIONS_MAX = 256;
/** Each of them looks at a journal again and again. */
const STREAMS_MAX = 32;
const HEADERS = {'cache-control': 'no-store', 'x-content-type-options': 'nosniff'};

/** Rejects when the address cannot be had, or the certificate cannot be used. `respond` answers a refusal, too; what it throws is a fault of ours. */
export async function serveApi({host, port, tls}: Place, respond: (call: ApiCall) => Promise<ApiAnswer>): Promise<ApiServer> {
  const streams = new Set<ServerResponse>();
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void converse(request, response, (call) => respond(call).then((answer) => withinStreams(answer, streams, response))).catch(() =>
      response.destroy(),
    );
  const server: Server = tls ? createSecureServer({...LIMITS, ...tls, minVersion: 'TLSv1.2'}, listener) : createServer(LIMITS, listener);
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((bound, failed) => server.once('error', failed).listen(port, host, () => bound()));
  server.on('error', () => undefined); // one connection that could not be had
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function converse(request: IncomingMessage, response: ServerResponse, respond: (call: ApiCall) => Promise<ApiAnswer>): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const body = await bodyOf(request);
  if (body === undefined) return end(response, {status: 413, headers: {connection: 'close'}, document: TOO_LARGE});
  const {pathname: path, searchParams: query} = new URL(URL.canParse(request.url ?? '', BASE) ? (request.url ?? '') : '/', BASE);
  const {method = '', headers, socket} = request;
  const call = {method, path, query, headers, address: socket.remoteAddress ?? '', body, gone: gone.signal};
  await end(response, await respond(call).catch(() => ({status: 500, document: FAULT})));
}

function withinStreams(answer: ApiAnswer, streams: Set<ServerResponse>, response: ServerResponse): ApiAnswer {
  if (!('stream' in answer)) return answer;
  if (streams.size >= STREAMS_MAX) return {status: 429, headers: {'retry-after': '10'}, document: TOO_MANY_STREAMS};
  streams.add(response.once('close', () => streams.delete(response)));
  return answer;
}

/** Only the path of an address is looked at. */
const BASE = 'http://crossfade';
const TOO_LARGE = {
  schemaVersion: 1,
  error: {code: 'CF-USAGE-001', message: `a body has at most ${BODY_BYTES_MAX} bytes`, next: 'send less; reasons and comments are short'},
};
const TOO_MANY_STREAMS = {
  schemaVersion: 1,
  error: {
    code: 'CF-API-003',
    message: `${STREAMS_MAX} streams of events are open already`,
    next: 'end one, or ask for events by their number',
  },
};
const FAULT = {schemaVersion: 1, error: {code: null, message: 'the call could not be answered', next: 'crossfade status'}};

/** Undefined when it is too long, of which the rest is not read. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request.iterator({destroyOnReturn: false}) as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

async function end(response: ServerResponse, answer: ApiAnswer): Promise<void> {
  const type = 'stream' in answer ? 'text/event-stream' : 'page' in answer ? 'text/html; charset=utf-8' : 'application/json';
  response.writeHead(answer.status, {...HEADERS, 'content-type': type, ...answer.headers});
  if ('document' in answer) return void response.end(`${JSON.stringify(answer.document)}\n`);
  if ('page' in answer) return void response.end(answer.page);
  for await (const part of answer.stream) {
    if (!response.write(part)) await drained(response);
    if (response.destroyed) return;
  }
  response.end();
}

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => void response.once('drain', resolve).once('close', resolve));
