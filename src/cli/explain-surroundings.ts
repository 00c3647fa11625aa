/** The pages about what stands around the source: its replicas, and what sessions hold in it. */
import {page} from './explain-page.ts';

export const surroundingPages = {
  'CF-SRC-007': page(
    'a side is a standby',
    'The server at this address follows another one. One of PostgreSQL can only be read: nothing can be made there, and the target could not be written. On one of MySQL or MariaDB rows that arrive by replication pass by the triggers of the fence.',
    'With an address that leads to any server of a cluster, and after a failover that exchanged the two.',
    'Give the address of the primary; with several hosts in the url, the one that takes writes. The copy reads from the primary too: its load is set with load.parallel and crossfade throttle.',
  ),
  'CF-SRC-008': page(
    'something that uses the source is not moved with it',
    'A warning. Advisory locks and temporary tables belong to a session and end with its connection: after the cutover a lock can be taken on the target while somebody still holds it on the source. A replica of the source goes on showing what the source held at the cutover; whoever reads from it reads old rows. A slot of somebody else brings nothing more.',
    'With job queues that lock by number, and with replicas for reading. LISTEN and cursors of other sessions cannot be seen from outside.',
    'Locks: let their holders end before the cutover, or see that they do nothing twice. Replicas: make those of the target first, and send their readers there with the cutover. Slots: make them on the target, while nothing is written there yet. Crossfade ends nothing of theirs.',
  ),
};
