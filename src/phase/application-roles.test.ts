import {expect, test} from 'vitest';
import type {Database, RoleRights} from '../engine/engine.ts';
import {applicationRoleFindings, refusalsOf} from './application-roles.ts';

const GRANT = 'GRANT SELECT ON crossfade.route TO `shop`@`%`;';
const RIGHTS: RoleRights = {
  role: 'shop',
  isSuperuser: false,
  mayBypassRowSecurity: false,
  mayMakeRoles: false,
  mayLogIn: true,
  mayConnect: true,
  tables: [],
};

const findings = (switches: string, due: 'later' | 'now', more: Partial<RoleRights>) => {
  const side = (rights: RoleRights) => ({clients: {rights: async () => [rights]}}) as unknown as Database;
  return applicationRoleFindings(
    {
      source: side({...RIGHTS, ...more}),
      target: side(RIGHTS),
      plan: {applicationRoles: ['shop'], switch: [{name: switches, settings: {}}]},
      tables: [],
      mapping: {targetName: (name) => name},
    },
    due,
  );
};

test('an account whose router may not read the route is named with what to grant, and stands in the way of the cutover', async () => {
  const [later, ...more] = await findings('router', 'later', {routeGrant: GRANT});
  expect(more).toEqual([]);
  expect(later).toMatchObject({severity: 'warn', code: 'CF-GRANT-001', object: 'application role shop'});
  expect(later?.next).toContain(`when prepare-target is done, before the cutover: ${GRANT}`);
  expect(refusalsOf(await findings('router', 'now', {routeGrant: GRANT}))).toEqual([
    'application role shop may not read the route on the source, so a router of its would not follow it',
  ]);
});

test('nothing is said of one that may, or that has no router', async () => {
  expect(await findings('router', 'now', {})).toEqual([]);
  expect(await findings('command', 'now', {routeGrant: GRANT})).toEqual([]);
});
