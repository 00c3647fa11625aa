/** Answers `GET /metrics`, and nothing else, until it is closed: part of the effects seam. */
import {createServer, type ServerResponse} from 'node:http';
import {METRICS_TYPE} from './metrics-text.ts';
import {errorText} from '../model/errors.ts';

export type MetricsServer = {
  /** The port it listens on; it may have been left to the system. */
  readonly port: number;
  close(): Promise<void>;
};

/** Rejects when the address cannot be had. A look that fails is a 500 with its reason, and a sample less for Prometheus. */
export function serveMetrics(address: {readonly host: string; readonly port: number}, look: () => Promise<string>): Promise<MetricsServer> {
  const server = createServer(({url, method}, response) => {
    if (method !== 'GET' || url?.split('?')[0] !== '/metrics') return answer(response, 404, 'text/plain', 'only GET /metrics\n');
    look().then(
      (text) => answer(response, 200, METRICS_TYPE, text),
      (error: unknown) => answer(response, 500, 'text/plain', `${errorText(error)}\n`),
    );
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      const bound = server.address();
      resolve({
        port: typeof bound === 'object' && bound !== null ? bound.port : address.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

const answer = (response: ServerResponse, status: number, type: string, text: string): void =>
  void response.writeHead(status, {'content-type': type}).end(text);
