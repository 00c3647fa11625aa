/** The plan key `canary`: along which paths of the application tokens are written during a cutover. */
import * as z from 'zod';
import {isOneProtocol} from './application-protocol.ts';
import {TWO_PROTOCOLS} from './canary-paths.ts';
import type {SecretReference} from './plan.ts';
import {secret} from './plan-words.ts';

export const canary = z
  .union([
    z.literal('off'),
    z.strictObject({
      paths: z.exactOptional(
        z
          .array(secret)
          .min(1, 'must name at least one path')
          .describe("The application's own addresses, as it uses them: through the pooler or proxy, with its own role."),
      ),
      source: z.exactOptional(secret.describe("With the switch router: the application's address of the source.")),
      target: z.exactOptional(secret.describe("With the switch router: the application's address of the target.")),
      onFailure: z
        .enum(['wait', 'reverse'])
        .default('wait')
        .describe('When the target is not reached, or tokens do not add up: wait for the operator, or go back at once.'),
    }),
  ])
  .describe(
    "Writes tokens along the application's paths during a cutover, measures the wait that users saw and accounts for each token. Left out: with the switch router it uses the plan's own addresses, otherwise nothing is measured.",
  );

type File = {
  readonly source: {readonly engine: string};
  readonly target: {readonly engine: string};
  readonly canary?: z.output<typeof canary>;
  readonly switch: readonly {readonly name: string}[];
  readonly cutover: {readonly start: string};
};

/** What each of its keys needs elsewhere in the plan. */
export function checkCanary(file: File, context: z.core.$RefinementCtx<unknown>): void {
  if (file.canary === undefined || file.canary === 'off') return;
  const {paths, source, target, onFailure} = file.canary;
  const refuse = (message: string, ...path: string[]): void => context.addIssue({code: 'custom', path: ['canary', ...path], message});
  if (paths && !isOneProtocol(file)) refuse(`cannot be named: ${TWO_PROTOCOLS}`, 'paths');
  const hasRouter = file.switch.some(({name}) => name === 'router');
  if ((source === undefined) !== (target === undefined)) refuse('needs source and target together');
  if (source && target && isSame(source, target)) refuse('is the same as that of the source', 'target');
  if (source && !hasRouter) refuse('is for the switch router; name the address that the application uses under paths', 'source');
  if (paths && file.switch.every(({name}) => name === 'router'))
    refuse('are for poolers and proxies; with the switch router name source and target', 'paths');
  if (!paths && !source && !hasRouter) refuse('needs paths: the address that the application uses');
  if (onFailure === 'reverse' && file.cutover.start === 'auto')
    refuse('would go there and back without end; it needs cutover.start: manual', 'onFailure');
}

const isSame = (a: SecretReference, b: SecretReference): boolean => a.kind === b.kind && a.value === b.value;
