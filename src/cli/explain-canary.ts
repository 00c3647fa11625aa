/** The pages about the canary: tokens written along the application's paths during a cutover. */
import {page} from './explain-page.ts';

export const canaryPages = {
  'CF-CANARY-001': page(
    'a path of the application does not reach the side that serves',
    'The cutover is decided and the switches say that they lead to the open side, but a token written along this path did not get there within ten seconds. Nothing was acknowledged on the closed side: its fence refuses every write.',
    'When an instance of a pooler was forgotten in the plan, or an application has the address of one side built in.',
    'Find out where the path leads and point it to the open side; its clients have errors until then. If it cannot be mended soon: crossfade reverse, which loses no write. With canary.onFailure: reverse in the plan that happens by itself.',
  ),
  'CF-CANARY-002': page(
    'the tokens of the canary do not add up',
    'After the cutover a token that was acknowledged is on no side or on both, one that was refused is there, or one is on the side that had stopped serving; or a side could not be read for ten seconds, and then the message says so. The numbers are in the step prove in crossfade events.',
    'Never. It happens when something acknowledges writes that it has not passed on, when somebody writes past the fence, or when crossfade.canary was changed by hand.',
    'Do not complete the migration. Compare with crossfade verify; look at whatever stands between the application and its databases; crossfade reverse goes back without losing what the target has acknowledged.',
  ),
  'CF-CANARY-003': page(
    'the canary could not write before the hold',
    'Before anything is held, a token is written along each path of the application and read back. That did not succeed, so the cutover was called off; nobody has noticed.',
    'With a wrong address or password under canary in the plan, when the role does not exist on the other side, or when another role has made the schema crossfade.',
    'crossfade doctor PLAN asks every path and names what it lacks. Then ask for the cutover again. canary: off goes without, and then nobody measures what clients saw.',
  ),
  'CF-CANARY-004': page(
    'what users see of the cutover is measured in part or not at all',
    'Without an address of the application nobody writes along its path, so the length of the stall stays unknown. With the plan’s own addresses the path is that of the application, but the role is not, so a missing right of the application is not noticed.',
    'In every plan that says nothing about a canary.',
    'Write the addresses that the application uses into the plan: canary: {paths: [env:NAME]} for poolers and proxies, canary: {source: env:NAME, target: env:NAME} for crossfade/router.',
  ),
};
