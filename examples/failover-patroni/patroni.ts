#!/usr/bin/env node
/**
 * `failover` of a plan whose servers are run by Patroni: `node patroni.ts SOURCE_API TARGET_API`, each the REST address of
 * any member of that side's cluster. The contract is docs/runbook/failover.md. To keep: a cluster counts as paused only
 * when every member says so itself, because each learns of it in a round of its own (`loop_wait`).
 */
import {setTimeout as sleep} from 'node:timers/promises';

type Member = {readonly role: string; readonly host: string; readonly port: number; readonly api_url: string};

const {CROSSFADE_FAILOVER_ACTION: action, CROSSFADE_SIDE: side, PATRONI_CREDENTIALS: credentials = ''} = process.env;
const api = (side === 'source' ? process.argv[2] : process.argv[3])?.replace(/\/$/, '');
const LOOK_AGAIN_MS = 200;

/** The answers' forms are Patroni's. */
const ask = async (url: string): Promise<unknown> => {
  const answer = await fetch(url);
  const text = await answer.text(); // a member that is no primary answers 503, with the same document
  return text === '' ? {} : JSON.parse(text);
};

const members = async (): Promise<readonly Member[]> => ((await ask(`${api}/cluster`)) as {members: readonly Member[]}).members;

const isPausedAt = async ({api_url: url}: Member): Promise<boolean> =>
  ((await ask(new URL('/patroni', url).href)) as {pause?: boolean}).pause === true;

/** `true` where all wait, `false` where nobody does; undefined while they do not agree. */
const isPaused = async (): Promise<boolean | undefined> => {
  const answers = new Set(await Promise.all((await members()).map(isPausedAt)));
  return answers.size === 1 ? answers.has(true) : undefined;
};

/** Patroni forgets a setting that is set to null. Crossfade ends us when it takes too long. */
const setPause = async (pause: boolean): Promise<void> => {
  const headers = {authorization: `Basic ${Buffer.from(credentials).toString('base64')}`, 'content-type': 'application/json'};
  const answer = await fetch(`${api}/config`, {method: 'PATCH', headers, body: JSON.stringify({pause: pause || null})});
  if (!answer.ok) throw new Error(`${api}/config answers ${answer.status} ${await answer.text()}`);
  while ((await isPaused()) !== pause) await sleep(LOOK_AGAIN_MS);
};

const observe = async (): Promise<void> => {
  const leader = (await members()).find(({role}) => role === 'leader');
  const primary = leader ? `${leader.host}:${leader.port}` : null;
  console.log(JSON.stringify({primary, paused: (await isPaused()) === true}));
};

const main = async (): Promise<void> => {
  if (api === undefined) throw new Error('usage: patroni.ts SOURCE_API TARGET_API');
  if (action === 'pause' || action === 'resume') return setPause(action === 'pause');
  if (action === 'observe') return observe();
  throw new Error(`CROSSFADE_FAILOVER_ACTION is ${action}`);
};

// The last line is what Crossfade shows.
await main().catch((error: unknown) => {
  console.error(error instanceof Error ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}` : error);
  process.exitCode = 1;
});
