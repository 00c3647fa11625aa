/** The plan goes back by itself when a figure of a real Prometheus gets worse, and never by one that cannot be measured. */
import {expect, test} from 'vitest';
import {bothChecksums, openLetters} from '../support/letters.ts';
import {httpService} from '../support/http-server.ts';
import {startPrometheus} from '../support/prometheus.ts';
import {optional} from '../support/servers.ts';
import {isPhaseEnded, isPhaseStarted} from '../support/story.ts';
import {untilTrue} from '../support/until.ts';

let errors = 1;
const shop = await httpService((_, response) =>
  response.setHeader('content-type', 'text/plain').end(`requests_total 1000\nerrors_total ${errors}\n`),
);
const prometheus = await optional(() => startPrometheus(new URL(shop.url).host));

test.skipIf(!prometheus)(
  'more errors on the target than the plan allows: the traffic goes back, and nothing is lost',
  {
    timeout: 300_000,
  },
  async () => {
    await using story = await openLetters('worse', {plan: {cutover: {start: 'manual', stallBudget: '8s'}}});
    try {
      const own = {prometheus: story.secret(prometheus?.url ?? ''), every: '1s', for: '2s', onExceeded: 'reverse'};
      const watch = [
        {...own, name: 'errors', query: 'sum(errors_total) / sum(requests_total)', max: 0.01},
        {...own, name: 'unknown', query: 'sum(nothing_total)', max: 0},
      ];
      const plan = story.writePlan('worse.yaml', {afterSwitch: {watch}});
      story.start(['run', plan]);
      await untilTrue('cutover', async () => (await story.type('cutover', '--confirm', 'worse', '--reason', 'the story')).code === 0);
      await story.untilFact('the window', isPhaseStarted('reverse-window'));
      const known = (line: RegExp) => untilTrue(line.source, async () => line.test((await story.type('metrics')).output));
      await known(/^crossfade_application_figure\{.*figure="errors"\} 0\.001$/m);
      await known(/^crossfade_application_measured\{.*figure="unknown"\} 0$/m);
      expect((await story.facts()).some(isPhaseEnded('reverse-window'))).toBe(false);
      await story.target.run(`INSERT INTO post.visits VALUES ('2031-01-01', 1, 1)`);

      errors = 50;
      await story.untilFact('it is back', isPhaseEnded('reverse-cutover', 'done'));
      const facts = await story.facts();
      expect(facts.find((fact) => fact.type === 'decision' && fact.what === 'reverse, by afterSwitch.watch of the plan')).toMatchObject({
        evidence: {
          figure: 'errors',
          value: 0.05,
          max: 0.01,
          forMs: 2000,
          reason: expect.stringMatching(/^errors is 0\.05, above its limit 0\.01 for 2s/),
        },
      });
      expect(facts.some((fact) => fact.type === 'signal' && fact.signal.type === 'reverse')).toBe(false);
      const sums = await bothChecksums(story);
      expect(sums.source).toEqual(sums.target);
      expect(await story.source.value(`SELECT count(*) FROM post.visits WHERE day = '2031-01-01'`)).toBe('1');
    } finally {
      await prometheus?.[Symbol.asyncDispose]();
      await shop[Symbol.asyncDispose]();
    }
  },
);
