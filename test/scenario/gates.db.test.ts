/** Gates that ask about the sides, by SQL, by HTTP and by programs: red holds the cutover, and what turns green lets it go. */
import {expect, test} from 'vitest';
import type {Verdict} from '../../src/journal/journal.ts';
import {tokenOf} from '../../src/journal/signature.ts';
import {httpService} from '../support/http-server.ts';
import {openLetters} from '../support/letters.ts';
import {type Keyed, keyed} from '../support/people.ts';
import {isPhaseEnded, type Story} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';

const verdict = (story: Story, gate: string, go: boolean, says: string): Promise<unknown> =>
  story.untilFact(
    `${gate} is ${go ? 'green' : 'red'}: ${says}`,
    (fact) => isVerdict(fact) && fact.verdict.gate === gate && fact.verdict.go === go && fact.verdict.evidence.includes(says),
  );
const isVerdict = (fact: object): fact is {readonly verdict: Verdict} => 'verdict' in fact;

test('a cutover waits for people’s transactions, business checks and a service, and goes when all are green', async () => {
  let status = 403;
  await using service = await httpService((_, response) => response.writeHead(status).end('{"reason": "release freeze"}'));
  await using story = await openLetters('gates-of-all-kinds');
  const gates = {
    cutover: [
      {'long-transactions': {max: '1ms'}},
      {'row-count': {every: '1s'}},
      'reverse-ready',
      {sql: {name: 'no letter without subject', query: `SELECT code FROM post.letters WHERE subject = ''`, every: '1s'}},
      {sql: {name: 'value of the stamps', on: 'both', query: 'SELECT sum(value) FROM post.stamps', every: '1s'}},
      {webhook: {url: story.secret(`${service.url}/hooks/s3cret`), every: '1s'}},
      'approval',
    ],
  };
  const [ann, bob] = [keyed('ann'), keyed('bob')];
  const people = [ann, bob].map(({name, key}) => ({name, key}));
  const approve = ({secret}: Keyed) =>
    story.type('approve', 'approval', '--yes', '--reason', 'looked', '--token-file', story.secret(tokenOf(secret)).slice('file:'.length));
  await story.source.run(`UPDATE post.letters SET subject = '' WHERE sender = 3`);
  story.start(['run', story.writePlan('plan.yaml', {gates, approval: {quorum: 2, starterMay: true, people}})]);
  await verdict(story, 'sql', false, 'no letter without subject: 80 rows, and none is wanted');
  await verdict(story, 'sql', true, 'value of the stamps: the same on both sides, 500500.00500500');
  await verdict(story, 'webhook', false, 'answered 403: release freeze');
  await verdict(story, 'row-count', true, '5,250 rows in 4 tables on both sides');
  await verdict(story, 'reverse-ready', true, 'nothing stands in the way back');
  await using busy = Object.assign(await storyDatabase(story.source.url), {[Symbol.asyncDispose]: () => busy.close()});
  expect(await approve(ann)).toMatchObject({code: 0});
  await verdict(story, 'approval', false, '1 of 2 approvals: ann');
  await busy.run('BEGIN', 'UPDATE post.visits SET visits = visits + 1');
  await verdict(story, 'long-transactions', false, 'older than 0.001 s: process');
  status = 204;
  await story.source.run(`UPDATE post.letters SET subject = 'mended' WHERE subject = ''`);
  await verdict(story, 'webhook', true, 'answered 204');
  await verdict(story, 'sql', true, 'no letter without subject: no row');
  expect((await story.facts()).some(isPhaseEnded('cutover'))).toBe(false);
  await busy.run('COMMIT');
  // What ann saw red has turned green, so hers stands; what turns red now takes it away.
  await story.source.run(`UPDATE post.letters SET subject = '' WHERE sender = 4`);
  await verdict(story, 'approval', false, '0 of 2 approvals');
  await story.source.run(`UPDATE post.letters SET subject = 'mended' WHERE subject = ''`);
  expect(await approve(ann)).toMatchObject({code: 0});
  expect(await approve(bob)).toMatchObject({code: 0});
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));
  expect(JSON.stringify(await story.facts())).not.toContain('s3cret');
  expect(await story.type('events', '--verify')).toMatchObject({code: 0});
});
