/** The transactions of a sweep's application from MySQL: each says beforehand which rows it leaves behind. */
import {createHash, randomUUID} from 'node:crypto';
import type {Chance} from '../../examples/demo/chance.ts';
import type {OwnedTable, Write} from '../../examples/demo/client-log.ts';
import type {OwnedRows} from '../../examples/demo/owned-rows.ts';

/** `?` stands for a value; both engines take the rest as it is. */
export type Statement = {readonly sql: string; readonly values: readonly (string | number | null)[]};
export type Operation = {readonly kind: string; readonly writes: readonly Write[]; readonly statements: readonly Statement[]};
export type Setting = {readonly client: number; readonly schema: string; readonly chance: Chance; readonly rows: OwnedRows};

const OWNED_MAX = 60;

export function nextOperation(setting: Setting): Operation {
  const {chance, rows} = setting;
  const made = chance.pick([prefer, prefer, account, start, write])(setting);
  const has = (table: OwnedTable, least = 1): boolean => rows.keys(table).length >= least;
  const changes = [
    ...(has('accounts', 2) ? [transfer, transfer] : []),
    ...(has('sessions') ? [end] : []),
    ...(has('documents') ? [move, retitle] : []),
  ];
  if (changes.length === 0) return made;
  return chance.below(2) || has('accounts', OWNED_MAX) ? chance.pick(changes)(setting) : made;
}

/** Deleted and inserted again under the same key, whether it was there or not. */
function prefer({client, schema, chance}: Setting): Operation {
  const name = `preference-${chance.below(20)}`;
  const value = chance.pick([null, '', 'plain', 'ünï©ode ✓ 😀', `quote ' " and \\ ${chance.below(1e9)}`, '\t\n']);
  return {
    kind: 'prefer',
    writes: [{table: 'preferences', key: `${client}/${name}`, value: [value]}],
    statements: [
      {sql: `DELETE FROM ${schema}.preference WHERE client = ? AND name = ?`, values: [client, name]},
      {sql: `INSERT INTO ${schema}.preference (client, name, value) VALUES (?, ?, ?)`, values: [client, name, value]},
    ],
  };
}

function account({client, schema, chance}: Setting): Operation {
  const [number, holder] = [chance.below(1e9), `Holder ${chance.below(1e6)}`];
  return {
    kind: 'open-account',
    writes: [{table: 'accounts', key: `${client}/${number}`, value: [holder, '0']}],
    statements: [
      {sql: `INSERT INTO ${schema}.account (client, number, holder, balance) VALUES (?, ?, ?, 0)`, values: [client, number, holder]},
    ],
  };
}

/** Added in the database and not set: carried out twice, it would show. */
function transfer({schema, chance, rows}: Setting): Operation {
  const from = chance.pick(rows.keys('accounts'));
  const to = chance.pick(rows.keys('accounts').filter((key) => key !== from));
  const amount = 1 + chance.below(1e9);
  const added = (key: string, by: number): Write => {
    const [holder = null, balance = null] = rows.value('accounts', key);
    return {table: 'accounts', key, value: [holder, String(BigInt(balance ?? '0') + BigInt(by))]};
  };
  const add = (key: string, by: number): Statement => ({
    sql: `UPDATE ${schema}.account SET balance = balance + ? WHERE client = ? AND number = ?`,
    values: [by, ...key.split('/').map(Number)],
  });
  return {kind: 'transfer', writes: [added(from, -amount), added(to, amount)], statements: [add(from, -amount), add(to, amount)]};
}

function start({schema, chance}: Setting): Operation {
  const [token, page] = [randomUUID(), chance.below(2 ** 32)];
  return {
    kind: 'start-session',
    writes: [{table: 'sessions', key: token, value: [String(page)]}],
    statements: [{sql: `INSERT INTO ${schema}.session (token, page) VALUES (?, ?)`, values: [token, page]}],
  };
}

function end({schema, chance, rows}: Setting): Operation {
  const token = chance.pick(rows.keys('sessions'));
  return {
    kind: 'end-session',
    writes: [{table: 'sessions', key: token, value: null}],
    statements: [{sql: `DELETE FROM ${schema}.session WHERE token = ?`, values: [token]}],
  };
}

function write({schema, chance}: Setting): Operation {
  const [id, title] = [randomUUID(), `Title ${randomUUID()}`];
  const body = `${id} é `.repeat(10 + chance.below(200));
  return {
    kind: 'write-document',
    writes: [{table: 'documents', key: id, value: [title, '1', createHash('md5').update(body).digest('hex')]}],
    statements: [{sql: `INSERT INTO ${schema}.document (id, title, revision, body) VALUES (?, ?, 1, ?)`, values: [id, title, body]}],
  };
}

/** Its key becomes another one, and everything else stays. */
function move({schema, chance, rows}: Setting): Operation {
  const id = chance.pick(rows.keys('documents'));
  const moved = randomUUID();
  return {
    kind: 'move-document',
    writes: [
      {table: 'documents', key: id, value: null},
      {table: 'documents', key: moved, value: rows.value('documents', id)},
    ],
    statements: [{sql: `UPDATE ${schema}.document SET id = ? WHERE id = ?`, values: [moved, id]}],
  };
}

function retitle({schema, chance, rows}: Setting): Operation {
  const id = chance.pick(rows.keys('documents'));
  const [, revision = null, sum = null] = rows.value('documents', id);
  const title = `Title ${randomUUID()}`;
  return {
    kind: 'retitle-document',
    writes: [{table: 'documents', key: id, value: [title, String(Number(revision) + 1), sum]}],
    statements: [{sql: `UPDATE ${schema}.document SET title = ?, revision = revision + 1 WHERE id = ?`, values: [title, id]}],
  };
}
