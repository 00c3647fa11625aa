/** The stories of `npm run replay:record`; `npm test` does not know them. */
import {defineConfig} from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/replay/record/*.record.ts'],
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 180_000,
  },
});
