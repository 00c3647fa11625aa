/** A process of its own that appends notes to the journal of `CROSSFADE_STATE`, and may die at the n-th point it passes. */
import {openStateStore} from '../../src/journal/state-store.ts';
import {realEffects} from '../support/effects.ts';

const [migration = '', writer = '', count = '0', killAt = 'never'] = process.argv.slice(2);
let points = 0;
const effects = realEffects(() => {
  points += 1;
  if (String(points) === killAt) process.kill(process.pid, 'SIGKILL');
});
const store = await openStateStore(undefined, effects);
const journal = await store.open(migration);
for (let index = 0; index < Number(count); index += 1) await journal.append({type: 'note', text: `${writer}/${index}`});
await store.close();
