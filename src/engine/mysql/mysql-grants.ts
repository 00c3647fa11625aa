/**
 * What the account of a side's url must be granted, as statements to paste, by the phase that first needs them (hazards
 * §2g). Both sides send and receive sooner or later, so most of it is alike. What is missing becomes a finding.
 */
import type {Side} from '../../model/side.ts';
import {nameOf, type Table} from '../../model/table.ts';
import type {Finding, Grant, Wishes} from '../engine.ts';
import {type Change, hasProgram} from './mysql-change.ts';
import type {Flavour} from './mysql-flavour.ts';
import {type Account, readAccount} from './mysql-privileges.ts';
import {TRIAL_PREFIX} from './mysql-schema-trial.ts';
import type {MySession} from './mysql-session.ts';
import {quoteName} from './mysql-sql.ts';

/** Our own schema. */
const OWN_SCHEMA = 'crossfade';
const OWN = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'CREATE', 'DROP', 'ALTER', 'INDEX', 'TRIGGER'];

/** Without TRIGGER and EVENT the server shows none, and they would be taken for absent. */
const LOOK = ['SELECT', 'SHOW VIEW', 'TRIGGER', 'EVENT'];
const MAKE = ['CREATE', 'ALTER', 'DROP', 'INDEX', 'REFERENCES'];
const WRITE = ['INSERT', 'UPDATE', 'DELETE'];

export const mysqlGrants = async (session: MySession, as: Side, tables: readonly Table[], wishes?: Wishes): Promise<Grant[]> => {
  const account = await readAccount(session);
  return grantsOf(account, await trusting(session), as, tables, wishes);
};

const trusting = async (session: MySession): Promise<Trusting> => {
  const {trusts} = await session.one('SELECT @@global.log_bin_trust_function_creators AS trusts');
  return {...session.flavour, trustsTriggers: trusts === '1'};
};

type Trusting = Flavour & {readonly trustsTriggers: boolean};

export const grantsOf = (account: Account, flavour: Trusting, as: Side, tables: readonly Table[], wishes?: Wishes): Grant[] => {
  const {privileges} = flavour;
  const schemas = [...new Set(tables.map(({name}) => name.schema))].sort();
  const server = (phase: string, wanted: readonly string[], why: string, isOptional = false): Grant => ({
    phase,
    statement: `GRANT ${wanted[0]} ON *.* TO ${account.name};`,
    why,
    isHeld: account.holdsOne(wanted),
    isOptional,
  });
  const schema = onSchema(account, tables);
  return [
    ...schemas.map((name) => schema('assess', name, LOOK, `to read the tables of ${name}, and to see its views, triggers and events`)),
    // What is not shown is not ended.
    server('assess', ['PROCESS'], 'to name the transactions of other accounts that hold things up', wishes?.endsBlockers !== true),
    ...flavour.showsWaits.map((name) =>
      schema('assess', name, ['SELECT'], 'to see whom a fence or a statement of ours waits for', wishes?.endsBlockers !== true),
    ),
    // What the accounts of others may do is told to nobody else.
    ...(wishes?.namesApplications ? [schema('assess', 'mysql', ['SELECT'], 'to see what the accounts of the application may do')] : []),
    server('assess', privileges.askPositions, 'to ask what the log holds and leaves out'),
    schema('prepare-target', OWN_SCHEMA, OWN, 'to make the schema crossfade and its tables'),
    ...(as === 'target' && wishes?.triesSchema ? [trialGrant(account)] : []),
    ...(as === 'target' ? schemas.map((name) => schema('prepare-target', name, MAKE, `to make the tables of ${name}`)) : []),
    ...schemas.map((name) =>
      schema(as === 'target' ? 'initial-load' : 'cutover', name, WRITE, `to write the rows of ${name} that come from the other side`),
    ),
    ...(as === 'source' ? schemas.map((name) => schema('cutover', name, ['ALTER'], `to set the counters of ${name} on the way back`)) : []),
    server(as === 'source' ? 'initial-load' : 'cutover', privileges.readLog, 'to read the change stream'),
    triggerGrant(account, flavour, 'cutover', `the fence's triggers`),
    server('cutover', privileges.endSessions, 'to end transactions of others that hold up a cutover', wishes?.endsBlockers !== true),
  ];
};

const onSchema =
  (account: Account, tables: readonly Table[]) =>
  (phase: string, name: string, wanted: readonly string[], why: string, isOptional = false): Grant => ({
    phase,
    statement: `GRANT ${wanted.join(', ')} ON ${schemaPattern(name)}.* TO ${account.name};`,
    why,
    isHeld: account.holdsOn(name, wanted) || holdsOnAll(account, name, tables, wanted),
    isOptional,
  });

/** Programs of our own, which the server carries out as one. */
const CALL = ['CREATE ROUTINE', 'ALTER ROUTINE', 'EXECUTE'];

/** For a change in place: of its own table's schema, and of the databases that it is tried in. */
export const changeGrants = async (session: MySession, table: Table, change: Change): Promise<Grant[]> => {
  const {needs} = change;
  if (needs.length === 0) return [];
  const account = await readAccount(session);
  const on = onSchema(account, [table]);
  const makesTriggers = needs.includes('TRIGGER');
  return [
    on('assess', table.name.schema, needs, `to change ${nameOf(table.name)}`),
    on('assess', OWN_SCHEMA, hasProgram(change) ? [...OWN, ...CALL] : OWN, 'to make the schema crossfade and what is in it'),
    trialGrant(account, makesTriggers ? [...MAKE, 'SELECT', 'TRIGGER'] : MAKE),
    ...(makesTriggers ? [triggerGrant(account, await trusting(session), 'sync', 'triggers that keep two shapes in step')] : []),
  ];
};

/** DDL cannot be rolled back. */
const trialGrant = (account: Account, wanted: readonly string[] = MAKE): Grant => ({
  phase: 'assess',
  statement: `GRANT ${wanted.join(', ')} ON ${schemaPattern(TRIAL_PREFIX).slice(0, -1)}%\`.* TO ${account.name};`,
  why: 'to try the schema out in databases that are dropped at once',
  isHeld: account.holdsOn(`${TRIAL_PREFIX}any`, wanted),
  isOptional: false,
});

const triggerGrant = (account: Account, {privileges, trustsTriggers}: Trusting, phase: string, what: string): Grant => ({
  phase,
  statement: 'SET GLOBAL log_bin_trust_function_creators = ON;',
  why: `to make ${what} on a server that has a log (an account with ${privileges.makeTriggers[0]} may as it is)`,
  isHeld: trustsTriggers || account.holdsOne(privileges.makeTriggers),
  isOptional: false,
});

/** A privilege on a table is as good, where every table of the migration has it; what is not of tables needs the schema. */
const holdsOnAll = (account: Account, schema: string, tables: readonly Table[], wanted: readonly string[]): boolean => {
  const here = tables.filter(({name}) => name.schema === schema);
  const isOfSchema = (one: string): boolean => one === 'EVENT' || one === 'LOCK TABLES';
  const [ofTables, ofSchema] = [wanted.filter((one) => !isOfSchema(one)), wanted.filter(isOfSchema)];
  return here.length > 0 && account.holdsOn(schema, ofSchema) && here.every(({name}) => account.holdsOnTable(schema, name.name, ofTables));
};

/** A schema's name is a pattern there. */
const schemaPattern = (name: string): string => quoteName(name.replaceAll(/[\\%_]/g, '\\$&'));

export const grantFindings = (as: Side, grants: readonly Grant[]): Finding[] =>
  grants
    .filter((grant) => !grant.isHeld)
    .map(({statement, why, isOptional}) => ({
      severity: isOptional ? 'warn' : 'refuse',
      code: 'CF-GRANT-001',
      object: `${as} role`,
      reason: `lacks a grant: ${why}`,
      next: statement,
    }));
