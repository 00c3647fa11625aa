/** Real programs and a real service; only time is not waited for. */
import {spawnSync} from 'node:child_process';
import {createHmac} from 'node:crypto';
import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setImmediate as immediately} from 'node:timers/promises';
import {afterAll, expect, test} from 'vitest';
import {recordingEffects} from '../../test/support/effects.ts';
import {type Asked as Request, httpService} from '../../test/support/http-server.ts';
import {atCutover, BEFORE_CUTOVER, created, ended, runner, signal, started, through, verdict} from '../../test/support/journal-facts.ts';
import {untilTrue} from '../../test/support/until.ts';
import {gateServices} from '../cli/compose-gate-services.ts';
import type {Journal, JournalFact} from '../journal/journal.ts';
import {memoryJournal} from '../journal/memory-journal.ts';
import type {HookEvent, HookRule} from '../model/hook.ts';
import {Hooks} from './hooks.ts';
import type {Stopped} from './stopped.ts';

const folder = mkdtempSync(join(tmpdir(), 'crossfade-hook-'));
afterAll(() => rmSync(folder, {recursive: true}));
const OUT = join(folder, 'out');

const script = (name: string, body: string): readonly string[] => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
  chmodSync(join(folder, name), 0o755);
  return [join(folder, name)];
};
const secretFile = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return `file:${join(folder, name)}`;
};
const rule = (on: readonly HookEvent[], more: Partial<HookRule>): HookRule => ({on, timeoutMs: 5000, everyMs: 60_000, ...more});
const begun = (rules: readonly HookRule[]): JournalFact => ({...created, plan: {...(created.plan as object), hooks: rules}});
const hookFacts = async (journal: Journal) => (await journal.entries()).flatMap(({fact}) => (fact.type === 'hook' ? [fact] : []));

async function journalOf(rules: readonly HookRule[], ...facts: readonly JournalFact[]): Promise<Journal> {
  const journal = memoryJournal('m1', recordingEffects());
  for (const fact of [begun(rules), ...facts]) await journal.append(fact);
  return journal;
}

function hooksOf(journal: Journal, rules: readonly HookRule[], warnings: string[] = [], stopped: readonly Stopped[] = []): Hooks {
  const effects = recordingEffects();
  return new Hooks({
    journal,
    rules,
    texts: {start: 'Now: {name}, {stall} at most'},
    words: {name: 'shop', stall: '5s', window: '7d', at: 'noon', reason: ''},
    services: gateServices(effects, new AbortController().signal, 'hook'),
    clock: {...effects.clock, sleep: () => immediately()},
    status: () => 'copy 1/2',
    stopped: () => stopped,
    warn: (text) => void warnings.push(text),
  });
}

/** Everything on record is told, and the runner leaves. */
async function tell(journal: Journal, rules: readonly HookRule[], warnings: string[] = []): Promise<void> {
  const hooks = hooksOf(journal, rules, warnings);
  hooks.start();
  await hooks.close();
}

test('a program is told in order, with the facts in its environment and on stdin', async () => {
  const run = script(
    'told',
    `printf '%s %s %s %s|' "$CROSSFADE_HOOK" "$CROSSFADE_PHASE" "$CROSSFADE_GATE" "$CROSSFADE_DRY_RUN" >> ${OUT}; cat >> ${OUT}; echo >> ${OUT}`,
  );
  const rules = [rule(['phase-start', 'gate-waiting', 'after-cutover', 'preflight'], {run})];
  await tell(
    await journalOf(
      rules,
      runner(1),
      ...through(...BEFORE_CUTOVER),
      verdict('replication-lag', false),
      started('cutover'),
      ended('cutover'),
    ),
    rules,
  );
  const lines = readFileSync(OUT, 'utf8').trim().split('\n');
  expect(lines.map((line) => line.split('|')[0])).toEqual([
    'phase-start assess  false',
    'preflight assess  false',
    ...BEFORE_CUTOVER.slice(1).map((phase) => `phase-start ${phase}  false`),
    'gate-waiting cutover replication-lag false',
    'phase-start cutover  false',
    'after-cutover cutover  false',
  ]);
  expect(JSON.parse(lines.at(-1)?.split('|')[1] ?? '')).toMatchObject({
    ...{schemaVersion: 1, event: 'after-cutover', dryRun: false, phase: 'cutover', epoch: 1, facts: {outcome: 'done'}},
    ...{
      migration: {id: 'm1', name: 'shop-17-to-18', planChecksum: 'c1'},
      text: 'shop: the database has moved. The way back stays open for 7d.',
    },
  });
});

test('a webhook is signed, repeated with the same body and delivery, and told once on record', async () => {
  const statuses = [503, 429, 204];
  await using service = await httpService((_, response) => void response.writeHead(statuses.shift() ?? 500).end());
  const key = secretFile('key', 'k3y');
  const rules = [rule(['failure'], {webhook: secretFile('url', `${service.url}/T0K3N`), secret: key})];
  const journal = await journalOf(rules, runner(1), {type: 'failed', code: 'CF-CONN-001', error: 'gone'});
  await tell(journal, rules);
  const [first, ...others] = service.asked;
  expect(others.map(({body, headers}) => [body, headers['x-crossfade-delivery']])).toEqual(
    [first, first].map((one) => [one?.body, one?.headers['x-crossfade-delivery']]),
  );
  expect(first?.headers['x-crossfade-signature']).toBe(
    `sha256=${createHmac('sha256', 'k3y')
      .update(first?.body ?? '')
      .digest('hex')}`,
  );
  expect(JSON.parse(first?.body ?? '')).toMatchObject({event: 'failure', facts: {code: 'CF-CONN-001', reason: 'gone'}});
  expect(await hookFacts(journal)).toMatchObject([{event: 'failure', ok: true, says: expect.stringMatching(/ answered 204 at try 3$/)}]);
  expect(JSON.stringify(await journal.entries())).not.toMatch(/T0K3N|k3y/);
  await tell(journal, rules);
  expect(service.asked).toHaveLength(3);
});

test('what was told but not written down is told again with the same delivery, and what was written down is not', async () => {
  const seen: Request[] = [];
  await using service = await httpService((asked, response) => (seen.push(asked), void response.writeHead(204).end()));
  const rules = [rule(['phase-end'], {webhook: secretFile('u2', service.url)})];
  const facts = [runner(1), ...through('assess', 'prepare-target')];
  const journal = await journalOf(rules, ...facts);
  await tell(journal, rules);
  const killed = await journalOf(rules, ...facts);
  for (const fact of (await hookFacts(journal)).slice(0, 1)) await killed.append(fact);
  await tell(killed, rules);
  const deliveries = seen.map(({headers}) => headers['x-crossfade-delivery']);
  expect(deliveries).toEqual([deliveries[0], deliveries[1], deliveries[1]]);
  expect(new Set(deliveries).size).toBe(2);
});

test('a hook that fails is a warning, without what the program knows', async () => {
  const warnings: string[] = [];
  const rules = [rule(['throttled', 'gate-decided'], {run: script('bad', 'echo "no way" >&2; exit 3'), name: 'chat'})];
  const journal = await journalOf(rules, runner(1), signal({type: 'reject', gate: 'approval'}), {
    type: 'tuned',
    signal: 1,
    tuning: {throttle: {copy: 40, verify: 0}, parallel: undefined},
  });
  await tell(journal, rules, warnings);
  expect((await hookFacts(journal)).map(({event, ok, says}) => [event, ok, says])).toEqual([
    ['gate-decided', false, expect.stringContaining('exit code 3: no way')],
    ['throttled', false, expect.stringContaining('exit code 3: no way')],
  ]);
  expect(warnings[0]).toContain('the hook chat was not told of gate-decided');
});

test('before a cutover all are asked, the first no refuses, and the same attempt has the same delivery', async () => {
  await using service = await httpService((_, response) => void response.writeHead(200).end('{"go": false, "reason": "release freeze"}'));
  const rules = [
    rule(['before-cutover'], {run: script('yes', 'test "$CROSSFADE_TEXT" = "Now: shop, 5s at most"'), name: 'yes'}),
    rule(['before-cutover'], {webhook: secretFile('u3', service.url), name: 'freeze'}),
    rule(['before-cutover'], {run: script('never', `touch ${OUT}-never`), name: 'never'}),
  ];
  const hooks = hooksOf(await journalOf(rules, ...atCutover.slice(1)), rules);
  const [first, again, next] = [
    await hooks.ask('before-cutover', 'cutover 1'),
    await hooks.ask('before-cutover', 'cutover 1'),
    await hooks.ask('before-cutover', 'cutover 2'),
  ];
  expect(first).toMatchObject({
    hooks: [{hook: 'yes'}, {hook: 'freeze'}],
    veto: expect.stringMatching(/^the hook freeze refused before-cutover: .* answered 200: release freeze$/),
  });
  const deliveries = [first, again, next].map((asked) => asked.hooks.at(-1)?.delivery);
  expect(deliveries[0]).toBe(deliveries[1]);
  expect(deliveries[2]).not.toBe(deliveries[0]);
  expect(await hooks.ask('before-reverse', 'reverse-cutover 1')).toEqual({hooks: []});
});

test('a hook that a plan got later is not told of what was before, and the end is told once', async () => {
  const one = rule(['phase-end', 'success'], {run: script('ok', 'exit 0')});
  const journal = await journalOf([], runner(1), ...through(...BEFORE_CUTOVER, 'cutover', 'reverse-window'));
  const plan = {...(created.plan as object), hooks: [one]};
  await journal.append({type: 'plan-amended', checksum: 'c2', plan, diff: '', reason: 'hooks'});
  for (const fact of through('decommission')) await journal.append(fact);
  await tell(journal, [one]);
  expect((await hookFacts(journal)).map(({event}) => event)).toEqual(['phase-end', 'success']);
});

test('a program that hangs and a service that never answers are over at their time-out, with what they have started; before a cutover that is a no', async () => {
  await using service = await httpService(() => undefined);
  const [pid, late] = [join(folder, 'pid'), {timeoutMs: 200}];
  const hanging = {...late, run: script('hangs', `sleep 600 & echo $! > ${pid}; wait`), name: 'hangs'};
  const silent = {...late, webhook: secretFile('u4', service.url), name: 'silent'};
  for (const one of [hanging, silent]) {
    const rules = [rule(['before-cutover'], one)];
    const asked = await hooksOf(await journalOf(rules, ...atCutover.slice(1)), rules).ask('before-cutover', 'cutover 1');
    expect(asked.veto, one.name).toMatch(/^the hook (hangs|silent) refused before-cutover: .*200 ms/);
  }
  expect(stateOf(readFileSync(pid, 'utf8').trim()), 'what it has started').toMatch(/^Z?$/);
  const warnings: string[] = [];
  const rules = [rule(['phase-start'], hanging)];
  await tell(await journalOf(rules, runner(1), started('assess')), rules, warnings);
  expect(warnings[0]).toContain('the hook hangs was not told of phase-start');
});

/** Empty when there is no such process; Z where nobody has asked how it ended. */
const stateOf = (pid: string): string => spawnSync('ps', ['-o', 'state=', '-p', pid], {encoding: 'utf8'}).stdout.trim();

test('a plan that was taken, a comparison that found rows, and the line of numbers are told', async () => {
  const run = script('all', `echo "$CROSSFADE_HOOK $CROSSFADE_DIFFERING" >> ${OUT}-all`);
  const rules = [rule(['plan-validated', 'verify-mismatch'], {run})];
  const verification = {equal: false, tables: 1, rows: '9', differing: 2, uncompared: 0, direction: 'forward'};
  const found: JournalFact = {type: 'verified', by: 'runner', evidence: {verification}, repaired: 0, error: undefined};
  await tell(await journalOf(rules, runner(1), ...through('assess'), found), rules);
  expect(
    readFileSync(`${OUT}-all`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.trim()),
  ).toEqual(['plan-validated', 'verify-mismatch 2']);
});

test('a throttle of the plan that has stopped the work is told once, and is not on record', async () => {
  const run = script('stopped', `echo "$CROSSFADE_THROTTLE|$CROSSFADE_REASON|$CROSSFADE_COPY_PERCENT|$CROSSFADE_TEXT" >> ${OUT}-stopped`);
  const rules = [rule(['throttled'], {run})];
  const journal = await journalOf(rules, runner(1), ...through('assess'));
  const lag = {throttle: 'replica-lag', words: 'replica b 3.2s > 2s', since: '2026-05-02T10:00:00.000Z'};
  const hooks = hooksOf(journal, rules, [], [lag]);
  hooks.start();
  await untilTrue('it is told', () => existsSync(`${OUT}-stopped`));
  await hooks.close();
  expect(readFileSync(`${OUT}-stopped`, 'utf8')).toBe(
    'replica-lag|replica b 3.2s > 2s||shop: copying and comparing wait for the throttle replica-lag: replica b 3.2s > 2s\n',
  );
  expect(await hookFacts(journal)).toEqual([]);
});
