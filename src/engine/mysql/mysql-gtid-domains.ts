/**
 * GTID positions of MariaDB: per domain the last transaction, by its server and its number. All that came before it in its
 * domain is meant too; domains have no order among each other (H-73).
 */
import {assert} from '../../model/assert.ts';

export type GtidDomains = ReadonlyMap<string, {readonly server: string; readonly sequence: bigint}>;

const GTID = /^([0-9]+)-([0-9]+)-([0-9]+)$/;

/** `domain-server-sequence,…`, one of each domain. */
export const parseDomains = (text: string): GtidDomains => {
  const found = new Map<string, {server: string; sequence: bigint}>();
  for (const part of text.replaceAll(/\s/g, '').split(',')) {
    if (part === '') continue;
    const [, domain = '', server = '', sequence = ''] = GTID.exec(part) ?? [];
    assert(sequence !== '' && !found.has(domain), `a GTID position: ${text}`);
    found.set(domain, {server, sequence: BigInt(sequence)});
  }
  return found;
};

export const printDomains = (domains: GtidDomains): string =>
  [...domains]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([domain, {server, sequence}]) => `${domain}-${server}-${sequence}`)
    .join(',');

/** The same number from two servers is two transactions: neither place is behind the other. */
export const containsDomains = (whole: GtidDomains, part: GtidDomains): boolean =>
  [...part].every(([domain, {server, sequence}]) => {
    const other = whole.get(domain);
    return other !== undefined && (other.sequence > sequence || (other.sequence === sequence && other.server === server));
  });

export const advanced = (domains: GtidDomains, by: GtidDomains): GtidDomains => new Map([...domains, ...by]);
