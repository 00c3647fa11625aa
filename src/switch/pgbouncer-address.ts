/** Where PgBouncer finds each side: the plan's address of the database unless the switch names another. */
import {TerminalError} from '../model/errors.ts';
import type {Side} from '../model/side.ts';
import type {SwitchSettings} from './switch-settings.ts';
import type {ServerAddress, SwitchFacts} from './traffic-switch.ts';

/** `sourceHost` and `targetHost` are written as in PgBouncer's own file: `host=10.0.0.1 port=5432 dbname=shop`. */
export function readAddress(side: Side, settings: SwitchSettings, {addresses}: Pick<SwitchFacts, 'addresses'>): ServerAddress {
  const known = addresses?.[side];
  const text = settings.optionalText(`${side}Host`) ?? '';
  const pairs = new Map(
    text
      .split(/\s+/)
      .filter(Boolean)
      .map((pair): [string, string] => {
        const [name = '', ...value] = pair.split('=');
        return [name, value.join('=')];
      }),
  );
  const host = pairs.get('host') ?? known?.host;
  const database = pairs.get('dbname') ?? known?.database;
  if (!host || !database || [...pairs.keys()].some((name) => !['host', 'port', 'dbname'].includes(name))) throw unreadable(side);
  return {host, port: pairs.get('port') ?? (known?.port || '5432'), database};
}

const unreadable = (side: Side): TerminalError =>
  new TerminalError(`the switch pgbouncer does not know where the ${side} is`, {
    code: 'CF-PLAN-001',
    next: `write ${side}Host: "host=... port=5432 dbname=..." as PgBouncer reaches it; user and password stay in its own files`,
  });
