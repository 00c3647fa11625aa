/** The list of pairs of engines, by `source-to-target` in the words of the plan. */
import type {ConversionRules} from '../model/conversion-rules.ts';
import {TerminalError} from '../model/errors.ts';
import type {EnginePair} from './engine-pair.ts';
import {mariadbToMariadb, mysqlOrMariadb, mysqlToMysql} from './mysql-to-mysql/pair.ts';
import {mysqlToPostgres} from './mysql-to-postgres/pair.ts';
import {postgresToMysql} from './postgres-to-mysql/pair.ts';
import {postgresToPostgres} from './postgres-to-postgres/pair.ts';

const enginePairs: Readonly<Record<string, (rules: ConversionRules) => EnginePair>> = {
  'postgres-to-postgres': () => postgresToPostgres,
  'mysql-to-postgres': (rules) => mysqlToPostgres(rules, 'mysql'),
  'mariadb-to-postgres': (rules) => mysqlToPostgres(rules, 'mariadb'),
  'mysql-to-mysql': () => mysqlToMysql,
  'mariadb-to-mariadb': () => mariadbToMariadb,
  'mysql-to-mariadb': mysqlOrMariadb,
  'mariadb-to-mysql': mysqlOrMariadb,
  'postgres-to-mysql': postgresToMysql('mysql'),
  'postgres-to-mariadb': postgresToMysql('mariadb'),
};

export const enginePair = (source: string, target: string, rules: ConversionRules = {accept: []}): EnginePair => {
  const name = `${source}-to-${target}`;
  const pair = Object.hasOwn(enginePairs, name) ? enginePairs[name] : undefined;
  if (pair) return pair(rules);
  throw new TerminalError(`nobody has said yet what the values of ${source} are on ${target}`, {
    code: 'CF-PLAN-001',
    next: `take one of ${Object.keys(enginePairs).join(', ')}`,
  });
};
