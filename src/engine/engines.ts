import type {Engine} from './engine.ts';
import {postgresEngine} from './postgres/postgres-engine.ts';

export const engines = {postgres: postgresEngine} satisfies Record<string, Engine>;
