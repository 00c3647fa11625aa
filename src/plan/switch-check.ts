/** Which switches can lead between the plan's two engines. */
import type * as z from 'zod';
import {isOneProtocol} from './application-protocol.ts';

type File = {
  readonly source: {readonly engine: string};
  readonly target: {readonly engine: string};
  readonly switch: readonly {readonly name: string}[];
};

/** They pass on what clients say as it is. The router and programs of an operator's can lead to another driver. */
const PROXIES: ReadonlySet<string> = new Set(['haproxy', 'pgbouncer']);

export function checkSwitches(file: File, context: z.core.$RefinementCtx<unknown>): void {
  const {source, target} = file;
  for (const [index, {name}] of file.switch.entries()) {
    const message = refusal(name, source.engine, target.engine);
    if (message) context.addIssue({code: 'custom', path: ['switch', index], message});
  }
}

const refusal = (name: string, source: string, target: string): string | undefined => {
  if (!PROXIES.has(name)) return undefined;
  if (!isOneProtocol({source: {engine: source}, target: {engine: target}}))
    return `${name} cannot lead clients of ${source} to ${target}, which speaks another protocol: use router or command`;
  return name === 'pgbouncer' && source !== 'postgres'
    ? `pgbouncer speaks to PostgreSQL only, not to ${source}: use haproxy, router or command`
    : undefined;
};
