import {benchPlan, runUntil} from './crossfade-run.ts';
import {change, Servers} from './databases.ts';
import {seconds} from './measurement.ts';
import {Session} from 'node:inspector/promises';
import {writeFileSync} from 'node:fs';
const rows = 300000, changes = 200000;
const servers = await Servers.start();
try {
  await servers.fillTemplate(rows);
  const s = await servers.newSource('s'); const t = await servers.newTarget('t');
  const session = new Session(); session.connect();
  await session.post('Profiler.enable'); await session.post('Profiler.start');
  const c0 = process.cpuUsage();
  const run = await runUntil('cutover', benchPlan('t', s, t, false));
  const c1 = process.cpuUsage(c0);
  writeFileSync('/tmp/n-load.cpuprofile', JSON.stringify((await session.post('Profiler.stop')).profile));
  console.log('cpu load+verify', c1);
  let last = 0;
  for (const {at, fact} of run.journal) { const ms = Date.parse(at); console.log(String(ms - (last || ms)).padStart(6), fact.type, (fact as any).phase ?? '', (fact as any).step ?? '', fact.type==='step-outcome' ? String(JSON.stringify(fact.evidence)).slice(0,100) : ''); last = ms; }
  await change(s, rows, changes, 0);
  console.log('changed');
  await session.post('Profiler.start');
  const c2 = process.cpuUsage();
  console.log('apply s', await seconds(() => run.applyBacklog()));
  console.log('cpu apply', process.cpuUsage(c2));
  writeFileSync('/tmp/n-apply.cpuprofile', JSON.stringify((await session.post('Profiler.stop')).profile));
  await run.close();
} finally { await servers.stop(); }
process.exit(0);
