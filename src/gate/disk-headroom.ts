import {bytes} from '../model/amounts.ts';
import type {Gate} from './gate.ts';

/** A target that has no room for what is still to come would stop the run in its middle (H-98). */
export const diskHeadroom: Gate = {
  isOfTheMoment: true,
  limits: () => 'the target has room for what is still to be copied',
  async check(measures) {
    const {neededBytes, rooms} = await measures.headroom();
    if (rooms.length === 0) throw new Error('the room on the target could not be measured; write target.disk: SIZE into the plan');
    const words = rooms.map((room) => `${bytes(room.freeBytes)} free for ${room.where}, ~${bytes(room.neededBytes)} needed`);
    return {
      go: rooms.every((room) => room.freeBytes >= room.neededBytes),
      evidence: `${words.join('; ')} (~${bytes(neededBytes)} in all)`,
    };
  },
};
