/** `crossfade version`: ours and Node's. */
import {createRequire} from 'node:module';
import type {CommandModule} from './command.ts';
import {EXIT} from './exit-codes.ts';

export const command: CommandModule = {
  configure: () => {},
  run: async ({output}) => {
    const version = crossfadeVersion();
    if (output.isJson) output.document({version, node: process.versions.node});
    else output.data(`crossfade ${version} (Node ${process.versions.node})`);
    return EXIT.done;
  },
};

/** From our own package.json, found by the package's name: right both from source and when built. */
export function crossfadeVersion(): string {
  const content: unknown = createRequire(import.meta.url)('crossfade/package.json');
  return typeof content === 'object' && content !== null && 'version' in content ? String(content.version) : 'unknown';
}
