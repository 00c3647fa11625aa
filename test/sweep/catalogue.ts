/** What stands in a database and on its server beside rows: equal after every run, whatever befell it. */
import {withClient} from '../../examples/demo/shop-database.ts';
import {neutral} from './point.ts';

const lists = (application: string): Readonly<Record<string, string>> => ({
  slot: `SELECT slot_name FROM pg_replication_slots WHERE database = current_database() AND slot_name NOT LIKE 'witness%'`,
  publication: 'SELECT pubname FROM pg_publication',
  subscription: 'SELECT subname FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
  schema: `SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'`,
  relation: `SELECT oid::regclass::text || ' ' || relkind::text FROM pg_class WHERE relnamespace::regnamespace::text IN ('${application}', 'public')`,
  constraint: `SELECT conrelid::regclass::text || ' ' || conname || ' ' || convalidated::text FROM pg_constraint WHERE connamespace::regnamespace::text = '${application}' AND contype <> 'n'`,
  trigger: `SELECT tgrelid::regclass::text || ' ' || tgname || ' ' || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal`,
  'event trigger': 'SELECT evtname FROM pg_event_trigger',
  function: `SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace::regnamespace::text IN ('${application}', 'crossfade', 'public')`,
  'row of the fence': "SELECT state FROM crossfade.fence WHERE state <> 'released'",
  lease: `SELECT 'finished ' || finished::text FROM crossfade.lease`,
  role: 'SELECT rolname FROM pg_roles',
  setting: "SELECT setrole::regrole::text || array_to_string(setconfig, ' ') FROM pg_db_role_setting",
  prepared: 'SELECT gid FROM pg_prepared_xacts',
});

/** Sorted; numbers are left out, because an attempt that was taken back raises them. `application`: its schema. */
export const catalogue = (url: string, application = 'shop'): Promise<readonly string[]> =>
  withClient(url, async (client) => {
    const found = new Set<string>();
    for (const [what, query] of Object.entries(lists(application))) {
      const {rows} = await client.query<string[]>({text: query, rowMode: 'array'});
      for (const [name] of rows) found.add(`${what} ${neutral(String(name).replaceAll(application, 'shop'))}`);
    }
    return [...found].sort();
  });
