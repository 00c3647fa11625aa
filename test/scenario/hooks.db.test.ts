/** Hooks of a whole migration: they refuse a cutover and the way back, are asked again after a crash, and hear of everything once on record. */
import {chmodSync, existsSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {httpService} from '../support/http-server.ts';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {isPhaseEnded, type Story} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

/** Says no while a file is there, and writes down each time it is asked. */
function door(story: Story) {
  const [file, log, freeze] = ['door.sh', 'door.log', 'freeze'].map((name) => join(story.folder, name)) as [string, string, string];
  const lines = [
    '#!/bin/sh',
    `echo "$CROSSFADE_HOOK $CROSSFADE_DELIVERY" >> ${log}`,
    `if [ -e ${freeze} ]; then echo "freeze until monday" >&2; exit 1; fi`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  chmodSync(file, 0o755);
  return {
    file,
    close: () => writeFileSync(freeze, ''),
    open: () => rmSync(freeze, {force: true}),
    asked: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []).map((line) => line.split(' ') as [string, string]),
  };
}

test('a hook refuses the cutover and the way back, nothing is held by that, and a killed runner asks again', async () => {
  await using service = await httpService((_, response) => void response.writeHead(204).end());
  await using story = await openLetters('hooks');
  const gate = door(story);
  const plan = story.writePlan('plan.yaml', {
    cutover: {start: 'manual', stallBudget: '8s'},
    reverse: {window: '0s'},
    hooks: [
      {on: ['before-cutover', 'before-reverse'], run: gate.file, name: 'door'},
      {on: ['after-cutover', 'after-reverse', 'success'], webhook: story.secret(`${service.url}/hooks/t0ken`), secret: story.secret('k3y')},
    ],
    announcements: {done: '{name} has moved'},
  });
  const ask = (verb: 'cutover' | 'reverse' | 'complete') =>
    untilTrue(
      `${verb} is heard; see ${story.folder}`,
      async () => (await story.type(verb, '--confirm', 'hooks', '--reason', 'the story')).code === 0,
    );
  const refused = (phase: string, times = 1) => story.untilFact(`${phase} is refused`, isPhaseEnded(phase, 'back'), times);
  const held = async (): Promise<number> =>
    (await story.facts()).filter((fact) => fact.type === 'step-intent' && fact.step === 'start-watchdog').length;

  gate.close();
  story.start(['run', plan]);
  await ask('cutover');
  const first = JSON.stringify(await refused('cutover'));
  expect(first).toContain('the hook door refused before-cutover:');
  expect(first).toContain('freeze until monday');
  expect(await held()).toBe(0);
  await story.source.run(`UPDATE post.letters SET subject = 'after the no' WHERE sender = 1`);
  await story.killRunner();

  // Killed when it had the answer and had not written it down: what is asked next belongs to the same visit.
  gate.open();
  const dying = story.killAt({kind: 'journal.write', label: ASKED});
  await ask('cutover');
  await dying;
  const [, killed] = gate.asked();
  expect(killed?.[0]).toBe('before-cutover');
  expect(await held()).toBe(0);
  story.start(['resume']);
  await refused('cutover', 2); // nothing was begun by the runner that is gone, and the gates are asked anew
  await ask('cutover');
  await story.untilFact('the cutover', isPhaseEnded('cutover', 'done'));

  gate.close();
  await ask('reverse');
  expect(JSON.stringify(await refused('reverse-cutover'))).toContain('the hook door refused before-reverse:');
  expect(await held()).toBe(1);
  await story.target.run(`UPDATE post.letters SET subject = 'still the target' WHERE sender = 2`);
  gate.open();
  await ask('reverse');
  await story.untilFact('the way back', isPhaseEnded('reverse-cutover', 'done'));
  await ask('cutover');
  await story.untilFact('forward again', isPhaseEnded('cutover', 'done'), 2);
  await ask('complete');
  await untilTrue('the success is told', () => service.asked.some(({body}) => body.includes('"event":"success"')));

  const told = service.asked.map(
    ({body}) => JSON.parse(body) as {event: string; delivery: string; text: string; facts: {outcome?: string}},
  );
  expect(told.map(({event, facts}) => `${event} ${facts.outcome}`)).toEqual([
    ...['after-cutover back', 'after-cutover back', 'after-cutover done'],
    ...['after-reverse back', 'after-reverse done', 'after-cutover done', 'success done'],
  ]);
  expect(new Set(told.map(({delivery}) => delivery)).size).toBe(told.length);
  expect(told[2]?.text).toBe('hooks has moved');
  const both = await bothChecksums(story);
  expect(both.target).toEqual(both.source);
  expect(JSON.stringify(await story.facts())).not.toMatch(/t0ken|k3y/);
  expect(await story.type('events', '--verify')).toMatchObject({code: 0});
});

const ASKED = 'step-outcome cutover/ask-hooks';

test('a throttle of the plan that stops the copy is told to a hook, and the run goes on once it lets go', async () => {
  await using story = await openLetters('hook-throttled');
  const [file, log] = ['told.sh', 'told.log'].map((name) => join(story.folder, name)) as [string, string];
  writeFileSync(file, `#!/bin/sh\necho "$CROSSFADE_HOOK $CROSSFADE_THROTTLE $CROSSFADE_REASON" >> ${log}\n`);
  chmodSync(file, 0o755);
  const plan = story.writePlan('plan.yaml', {
    throttle: [{sql: {query: 'SELECT 7', max: 1}}],
    gates: {cutover: ['approval']},
    hooks: [{on: 'throttled', run: file}],
  });
  story.start(['run', plan]);
  await untilTrue('it is told', () => existsSync(log) && readFileSync(log, 'utf8').endsWith('\n'));
  expect(readFileSync(log, 'utf8')).toMatch(/^throttled sql .*7.*\n$/);
  expect((await story.type('set', 'throttle.sql=off', '--reason', 'the story')).code).toBe(0);
  await story.untilFact('the gate', ({type}) => type === 'gate-verdict');
});
