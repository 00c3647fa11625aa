/** Questions of the operator's: read-only, limited, values as texts. */
import {expect, test} from 'vitest';
import {openSide} from '../../../test/support/databases.ts';
import {postgresServer} from '../../../test/support/servers.ts';

const LIMITS = {limitMs: 10_000, rowsMax: 3};

test('answers texts, changes nothing, and ends at its limit', async () => {
  const side = await openSide('source', await (await postgresServer({version: 17})).createDatabase());
  const ask = (query: string, limits = LIMITS) => side.database.ask(query, limits);
  try {
    await side.run('CREATE TABLE public.t (id int PRIMARY KEY, a numeric)', 'INSERT INTO public.t VALUES (1, 1.10), (2, NULL)');
    expect(await ask('SELECT id, a, id = 1, $$x|"y$$ FROM public.t ORDER BY id;\n')).toEqual([
      ['1', '1.10', 'true', 'x|"y'],
      ['2', null, 'false', 'x|"y'],
    ]);
    expect(await ask('SELECT count(*), count(*) + 1 AS count FROM public.t')).toEqual([['2', '3']]);
    expect(await ask('SELECT generate_series(1, 9)')).toHaveLength(3);
    expect(await ask('SELECT 1 WHERE false -- the end of a line')).toEqual([]);
    await expect(ask('DELETE FROM public.t')).rejects.toThrow();
    await side.run('CREATE FUNCTION public.bad() RETURNS int LANGUAGE sql AS $$ DELETE FROM public.t; SELECT 1 $$');
    await expect(ask('SELECT public.bad()')).rejects.toThrow(/read-only/);
    await expect(ask('SELECT pg_sleep(30)', {...LIMITS, limitMs: 50})).rejects.toThrow(/statement timeout/);
    expect(await ask('SELECT count(*) FROM public.t')).toEqual([['2']]);
  } finally {
    await side.close();
  }
});
