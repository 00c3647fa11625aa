/**
 * The copy reads the source and its replicas have to follow what everybody writes: work waits while one of them is too far
 * behind. With `replicas`, each is asked itself; without, the source is asked for those that follow it, and one that it no
 * longer names counts as one that cannot be read.
 */
import type {Position} from '../model/position.ts';
import {exactDuration} from '../model/exact-amount.ts';
import {FollowClock} from './follow-clock.ts';
import {amount, list, unreadable} from './read-settings.ts';
import type {Gauged, Replica, World} from './throttle.ts';
import {errorText} from '../model/errors.ts';

type Followed = {readonly name: string; readonly position: Position};

export const replicaLag: Gauged = (settings, world) => {
  const seen = new FollowClock();
  const references = list(settings, 'replicas').map((one) =>
    typeof one === 'string' ? one : unreadable('replicas', 'a list of references'),
  );
  const followers = references.length > 0 ? listed(references, world) : named(world);
  return {
    max: amount(settings, 'max'),
    async measure(max = 0) {
      seen.saw(await world.load.source.written(), world.clock.monotonicMs());
      const lags = (await followers.look()).map(({name, position}) => {
        const behindMs = seen.behindMs((written) => world.hasReached(position, written), world.clock.monotonicMs());
        return {name, behindMs: Math.round(behindMs)};
      });
      const [slowest] = lags.toSorted((a, b) => b.behindMs - a.behindMs);
      if (!slowest)
        throw new Error('the source names no replica: list their addresses under replicas, or take the throttle out of the plan');
      const go = slowest.behindMs <= max;
      return {
        go,
        words: `replica ${slowest.name} ${(slowest.behindMs / 1000).toFixed(1)}s ${go ? 'of' : '>'} ${exactDuration(max)}`,
        owner: `whoever runs replica ${slowest.name}`,
      };
    },
    close: () => followers.close(),
  };
};

type Followers = {look(): Promise<readonly Followed[]>; close(): Promise<void>};

/** All at the same time; one that gives no answer is none too few. */
const listed = (references: readonly string[], world: World): Followers => {
  const opened = new Map<string, Promise<Replica>>();
  const open = (reference: string): Promise<Replica> => {
    const replica = opened.get(reference) ?? world.replica(reference);
    opened.set(reference, replica);
    replica.catch(() => opened.delete(reference)); // a reference that could not be resolved is tried again
    return replica;
  };
  const lookAt = async (reference: string): Promise<Followed> => {
    const replica = await open(reference);
    return {name: replica.name, position: await replica.load.followed()};
  };
  return {
    look: () =>
      Promise.all(
        references.map((reference, place) =>
          lookAt(reference).catch((error: unknown) => {
            throw new Error(`replica ${place + 1} of ${references.length} cannot be read: ${errorText(error)}`);
          }),
        ),
      ),
    close: async () => {
      for (const one of await Promise.allSettled(opened.values())) if (one.status === 'fulfilled') await one.value.close();
    },
  };
};

const named = ({load}: World): Followers => {
  const known = new Set<string>();
  return {
    look: async () => {
      if (!load.source.followers)
        throw new Error('this server does not tell how far its replicas are: list their addresses under replicas');
      const followers = numbered(await load.source.followers());
      const gone = [...known].filter((name) => !followers.some((one) => one.name === name));
      if (gone.length > 0) throw new Error(`replica ${gone.join(', ')} follows the source no more`);
      return followers.map(({name, followed}) => {
        known.add(name);
        if (!followed) throw new Error(`the place of replica ${name} is not shown to us: GRANT pg_read_all_stats, or list its address`);
        return {name, position: followed};
      });
    },
    close: async () => {},
  };
};

/** Those who have not been given a name are all called alike. */
const numbered = <T extends {readonly name: string}>(followers: readonly T[]): readonly T[] => {
  const times = new Map<string, number>();
  return followers.map((one) => {
    const time = (times.get(one.name) ?? 0) + 1;
    times.set(one.name, time);
    return time === 1 ? one : {...one, name: `${one.name} ${time}`};
  });
};
