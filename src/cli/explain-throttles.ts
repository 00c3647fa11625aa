/** What `crossfade explain throttle.NAME` prints: what each throttle of a plan measures, and what ends its wait. */
import type {throttles} from '../throttle/throttles.ts';
import {page, type Page} from './explain-page.ts';

const NORMAL = 'While the servers are busy. Copying, filling and comparing wait then; the stream goes on, and nothing is held.';

export const throttlePages = {
  'throttle.replica-lag': page(
    'replicas of the source keep up',
    'How old the place in the log is that the slowest replica has reached. Settings: max, replicas (references to their addresses; left out, those that a PostgreSQL source names). One that cannot be read is a no.',
    NORMAL,
    'Look at the replica that status names; crossfade set throttle.replica-lag=10s --reason TEXT, or =off. docs/runbook/slow-down.md.',
  ),
  'throttle.connection-load': page(
    'connections are left for the application',
    'The share of the connections in use, on the side that has fewer left. Setting: max (70%).',
    NORMAL,
    'Close what is idle, or crossfade set throttle.connection-load=90% --reason TEXT; crossfade set load.parallel=2 takes fewer connections. docs/runbook/slow-down.md.',
  ),
  'throttle.statement-latency': page(
    'statements on the source are quick',
    'How long query takes each second, or what statements of other roles took on average, as the server counts them. Settings: max, query.',
    NORMAL,
    'Where the server counts nothing, give a query. crossfade set throttle.statement-latency=200ms --reason TEXT. docs/runbook/slow-down.md.',
  ),
  'throttle.sql': page(
    'a number of yours is within its limit',
    'The only value that a query of yours answers, read-only. Settings: query, max, on (source), name, timeout (10s).',
    NORMAL,
    'Run the query by hand; crossfade set throttle.sql=NUMBER --reason TEXT, or =off. docs/runbook/slow-down.md.',
  ),
  'throttle.http': page(
    'a service of yours lets work go on',
    'GET of an address: anything but 2xx, and silence, is a no; with max, so is a higher number. Settings: url (a reference), max, name, timeout (5s).',
    NORMAL,
    'Ask the service’s owner; crossfade set throttle.http=off --reason TEXT goes on without it. docs/runbook/slow-down.md.',
  ),
  'throttle.schedule': page(
    'work is done at these hours',
    'Windows of the wall clock in a time zone; one that ends before it begins goes over midnight. Settings: zone, windows (days, from, to).',
    'Outside of the windows; status says when the next one opens.',
    'Wait, or crossfade set throttle.schedule=off --reason TEXT; =plan takes that back. docs/runbook/slow-down.md.',
  ),
} satisfies Record<`throttle.${keyof typeof throttles}`, Page>;
