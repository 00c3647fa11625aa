import type {Caller} from './hook.ts';
import {run} from './run.ts';
import {webhook} from './webhook.ts';

export const callers = {run, webhook} satisfies Record<string, Caller>;
