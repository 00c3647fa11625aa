/**
 * Both shapes are whole and in step: the version of the application that uses the new one may be deployed. Who still
 * uses the old one is said here, so that it can be mended while contract waits for its approval.
 */
import {usersOfOldShape} from './old-shape.ts';
import type {Phase} from './phase.ts';

export const switchReads: Phase = {
  async run(context) {
    const users = await usersOfOldShape(context);
    for (const {name, objects} of users)
      if (objects.length) context.telemetry.note(`${name}: contract will refuse while there is ${objects.join(', ')}`);
    return {event: {type: 'done'}, evidence: {users: users.map(({name, objects}) => ({name, objects}))}};
  },
};
