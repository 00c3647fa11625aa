/**
 * `plan` cannot go stale: whatever the server of MySQL or MariaDB wrote down of the operations of
 * plans/mysql-reshape-orders.yaml, taken back once and carried out then, had been announced; and what was announced for certain
 * has happened.
 */
import {describe, expect, it} from 'vitest';
import type {Outline} from '../../src/cli/outline.ts';
import {stepsOf} from '../support/announced.ts';
import {planned, unknownSteps} from '../support/announced-story.ts';
import {atContract, openChangeRuns} from '../support/change-story.ts';
import {LOGGING, missed, seenOf, untold} from '../support/mysql-announced.ts';
import {hadServers, mysqlDatabase, newAccount} from '../support/mysql-databases.ts';
import {reshapeOrders, SCHEMA} from '../support/mysql-reshape-writer.ts';

describe.each(await hadServers(() => LOGGING))('$title', ({request: {flavour}, server}) => {
  it.skipIf(!server)('all of it was announced, and nothing more', {timeout: 300_000}, async () => {
    await using database = await mysqlDatabase(server);
    await database.run(...SCHEMA);
    const account = await newAccount(database);
    await database.run(`GRANT ALL ON *.* TO ${account.name}`);
    await using runs = openChangeRuns(reshapeOrders(database.name), flavour, account.url);
    const outline = await planned(runs);

    const aborted = await atContract(runs, ['run', runs.planFile]);
    await runs.type('abort', '--yes', '--reason', 'the story');
    expect(await aborted.ended).toBe(6);
    const completed = await atContract(runs, ['run', runs.planFile]);
    await runs.type('approve', 'approval', '--yes', '--reason', 'the story');
    expect(await completed.ended, completed.lastWords()).toBe(0);

    const seen = await seenOf(database, new URL(account.url).username);
    expect(seen.length).toBeGreaterThan(100);
    const [announced, sure] = [statementsIn(stepsOf(outline)), statementsIn(stepsOf(outline).filter(({when}) => when === undefined))];
    expect({untold: untold(seen, announced), missed: missed(seen, sure)}).toEqual({untold: [], missed: []});
    expect(await unknownSteps(runs, outline)).toEqual([]);
  });
});

const statementsIn = (steps: ReturnType<typeof stepsOf>) => steps.flatMap(({statements}: Outline['abort'][number]) => statements);
