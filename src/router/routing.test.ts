/** The life of a router without any driver: two sides whose connections and routes the test hands out. */
import {expect, test} from 'vitest';
import {NotConnected, outcomeOf} from './outcome.ts';
import {type Route, UNPREPARED} from './route-choice.ts';
import type {ReaderCalls, RouterSide, SideConnection} from './router-side.ts';
import {Routing} from './routing.ts';

type Name = {readonly name: string};

const route = (part: Partial<Route>): Route => ({...UNPREPARED, migration: 'm1', epoch: 1, version: 1, ...part});

/** `beforeTaken` is waited for by whoever takes a connection. */
function fakeSide(name: string, beforeTaken: () => Promise<void> = async () => {}) {
  let routes: readonly Route[] = [];
  let reader: ReaderCalls | undefined;
  const connection: SideConnection<Name> = {
    statements: {name},
    wasRefused: false,
    isWhole: true,
    isBroken: false,
    begin: async () => {},
    commit: async () => {},
    rollBack: async () => {},
    release: () => undefined,
  };
  const side: RouterSide<Name> = {
    openPool: () => ({
      size: 0,
      take: async () => {
        await beforeTaken();
        return connection;
      },
      end: async () => {},
      cut: () => undefined,
    }),
    openReader: (_, calls) => {
      reader = calls;
      return {connect: async () => {}, read: async () => routes, close: async () => {}};
    },
    rereadAfterMs: () => 60_000,
    dual: () => {
      throw new Error('there is no outbox');
    },
    readRaw: () => Promise.reject(new Error('nothing is compared')),
  };
  return {
    side,
    say(...said: readonly Route[]): void {
      routes = said;
      reader?.onNews();
    },
  };
}

const nameOf = async ({name}: Name): Promise<string> => name;
const BOTH = {source: nameOf, target: nameOf};

test('a statement that finds its route held when it has its connection is not sent, and goes where the hold ends', async () => {
  const [asked, given] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const source = fakeSide('source', () => {
    asked.resolve();
    return given.promise;
  });
  const target = fakeSide('target');
  source.say(route({}));
  const routing = new Routing({source: source.side, target: target.side}, {migration: 'shop'});
  const sent = routing.statement(BOTH);
  await asked.promise;
  source.say(route({version: 2, state: 'hold', holdUntilMs: 1e9}));
  while (!routing.state().isHeld) await new Promise(setImmediate);
  given.resolve();
  while (routing.state().waiting === 0) await new Promise(setImmediate);
  target.say(route({epoch: 2, side: 'target'}));
  expect(await sent).toBe('target');
  await routing.close();
});

test('where no connection can be had, the other side is asked only after the route has moved there', async () => {
  let tries = 0;
  const source = fakeSide('source', async () => {
    tries += 1;
    if (tries === 2) target.say(route({epoch: 2, side: 'target'}));
    throw new Error('refused');
  });
  const target = fakeSide('target');
  const routing = new Routing({source: source.side, target: target.side}, {migration: 'shop'});
  const error = await routing.statement(BOTH).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(NotConnected);
  expect(outcomeOf(error)).toBe('failed');
  expect(await routing.transaction(BOTH)).toBe('target');
  expect(tries).toBe(2);
  await routing.close();
});

test('what the caller throws out of a transaction is never taken for something that was not sent', async () => {
  const [source, target] = [fakeSide('source'), fakeSide('target')];
  const routing = new Routing({source: source.side, target: target.side}, {migration: 'shop'});
  let runs = 0;
  const act = async (): Promise<never> => {
    runs += 1;
    target.say(route({epoch: 2, side: 'target'}));
    throw new NotConnected('of another router');
  };
  await expect(routing.transaction({source: act, target: act})).rejects.toThrow('of another router');
  expect(runs).toBe(1);
  await routing.close();
});
