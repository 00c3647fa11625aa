/** The servers of docker-compose.yml and the plan for them, as the README tells people to try it: forward, back, forward. */
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import {Crossfade} from '../../examples/demo/crossfade-process.ts';
import {composeUp} from '../support/compose.ts';
import {NumberWriter} from '../support/number-writer.ts';
import {optional} from '../support/servers.ts';
import {isPhaseEnded, readFacts} from '../support/story.ts';
import {storyDatabase} from '../support/story-database.ts';
import {untilTrue} from '../support/until.ts';

const PLAN = 'plans/compose.yaml';
const servers = await optional(composeUp);
let runner: Crossfade | undefined;
afterAll(() => runner?.kill9());

describe.skipIf(servers === undefined)('docker-compose.yml', () => {
  test('its plan moves a database forward, back and forward, and a client of PgBouncer notices nothing', {timeout: 300_000}, async () => {
    if (!servers) throw new Error('skipped without them');
    const {folder, source, target, pooled, admin} = servers;
    const sides = {source: await storyDatabase(source), target: await storyDatabase(target)};
    for (const side of Object.values(sides)) await side.run('CREATE TABLE numbers (number int PRIMARY KEY)');
    const writer = new NumberWriter(pooled);
    const arrived = async (side: keyof typeof sides) => {
      const address = await sides[side].value('SELECT host(inet_server_addr())');
      await untilTrue(`writes arrive at the ${side}: ${writer.errors.at(-1)}`, () => writer.server === address);
    };
    await arrived('source');

    const environment = {SOURCE_URL: source, TARGET_URL: target, PGBOUNCER_ADMIN_URL: admin};
    const state = join(folder, 'state');
    mkdirSync(state);
    const crossfade = (runner = new Crossfade({state, evidence: folder, environment, workingFolder: folder}));
    const facts = () => readFacts(state);
    const ended = (phase: string, times: number) =>
      untilTrue(`${phase} ${times}; see ${folder}`, async () => {
        if (!crossfade.isRunning) throw new Error(crossfade.lastWords());
        return (await facts()).filter(isPhaseEnded(phase, 'done')).length >= times;
      });
    /** Refused until it is its turn. */
    const typed = (...words: readonly string[]) =>
      untilTrue(words.join(' '), async () => (await crossfade.command(...words, '--reason', 'the story')).code === 0);
    const cutOver = async (times: number) => {
      await ended('verify-data', times);
      await typed('approve', 'approval', '--yes');
      await typed('cutover', '--confirm', 'compose');
      await ended('cutover', times);
    };

    const doctor = await crossfade.command('doctor', PLAN);
    expect(doctor.code, doctor.output + doctor.error).toBe(0);
    crossfade.start('run', PLAN);
    await cutOver(1);
    await arrived('target');
    await typed('reverse', '--confirm', 'compose');
    await ended('reverse-cutover', 1);
    await arrived('source');
    await cutOver(2);
    await arrived('target');
    // The plan's reverse window lasts an hour; the way back stays open as long.
    await crossfade.stop();

    await writer.stop();
    expect(writer.errors).toEqual([]);
    const found = await sides.target.rows('SELECT number FROM numbers ORDER BY number');
    expect(found.map(([number]) => Number(number))).toEqual(writer.acknowledged);
    await Promise.all([sides.source.close(), sides.target.close()]);
  });
});
