/** The page of the API in a real browser: what stands in it, and that nothing of a run is anything but text. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {apiOf} from '../../src/cli/api.ts';
import {memoryJournalStore} from '../../src/journal/memory-journal.ts';
import {serveApi} from '../../src/server/api-server.ts';
import {browse, chromiumProgram} from '../support/chromium.ts';
import {realEffects} from '../support/effects.ts';
import {BEFORE_CUTOVER, created, runner, started, through, verdict} from '../support/journal-facts.ts';
import {optional} from '../support/servers.ts';

const program = await optional(chromiumProgram);
/** As an answer of somebody's gate, or of a server. */
const SPITEFUL = '<img src=x onerror="document.title = String(1)"> & co';
/** The page has asked by then. */
const ASKED = '--virtual-time-budget=3000';

/** What a browser makes of it. `isElsewhere`: as if it came from another machine. */
async function seen(isElsewhere = false) {
  const effects = realEffects();
  const store = memoryJournalStore(effects);
  const journal = await store.create('0191aaaa-0000-7000-8000-000000000002', 'shop-17-to-18');
  const red = {...verdict('replication-lag', false), verdict: {gate: 'sql', go: false, evidence: SPITEFUL}};
  for (const fact of [created, runner(1), ...through(...BEFORE_CUTOVER), verdict('approval', true), red])
    await journal.append(fact as never);
  const other = await store.create('0191bbbb-0000-7000-8000-000000000003', 'letters');
  for (const fact of [{...created, name: 'letters'}, runner(1), started('assess')]) await other.append(fact);
  const respond = apiOf({store, state: undefined, clock: effects.clock});
  const server = await serveApi({host: '127.0.0.1', port: 0}, (call) =>
    respond(isElsewhere ? {...call, headers: {...call.headers, via: '1.1 elsewhere'}} : call),
  );
  const folder = mkdtempSync(join(tmpdir(), 'crossfade-page-'));
  try {
    return await browse(program ?? '', folder, `http://127.0.0.1:${server.port}/`, ASKED, '--dump-dom');
  } finally {
    await server.close();
    rmSync(folder, {recursive: true, force: true});
  }
}

test.skipIf(!program)('it shows every run that goes on: phases, gates, why it is not done; and every word as text', async () => {
  const {out, console} = await seen();
  expect(console).toBe('');
  const words = out.replaceAll(/<style>.*?<\/style>|<script>.*?<\/script>/gs, '').replaceAll(/<[^>]*>/g, '|');
  expect(words).toContain('shop-17-to-18');
  expect(words).toMatch(/✓\|+verify-data/);
  expect(words).toMatch(/●\|+cutover/);
  expect(words).toContain('✓||approval: approval true');
  expect(words).toMatch(/letters .*●\|+assess/s);
  expect(out).toContain('sql: &lt;img src=x onerror="document.title = String(1)"&gt; &amp; co');
  expect(out).toContain('<title>Crossfade</title>');
});

test.skipIf(!program)('whoever is not of this machine is asked for an access token, and sees nothing of a run', async () => {
  const {out} = await seen(true);
  expect(out).toContain('an access token is needed here');
  expect(out).toContain('<input');
  expect(out).not.toContain('shop-17');
});
