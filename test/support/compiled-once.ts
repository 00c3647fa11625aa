import {fileURLToPath} from 'node:url';

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/crossfade-compiled', import.meta.url));

/**
 * From here on every process that is started reads our TypeScript compiled, as the first one kept it that came to its end:
 * without it half of what a short command does is reading the program.
 */
export function readProgramOnce(): void {
  process.env['NODE_COMPILE_CACHE'] ??= FOLDER;
}
