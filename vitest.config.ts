import {defineConfig} from 'vitest/config';

const DATABASE_TESTS = '**/*.db.test.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    // Two cores: more files at once only make the databases slow.
    maxWorkers: 2,
    globalSetup: ['test/support/global-setup.ts'],
    // Ours first: what failed stands in one place, before it is told at length.
    reporters: ['./test/support/closing-line-reporter.ts', 'default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts', 'workflows/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [DATABASE_TESTS, '**/node_modules/**'],
          // The models explore many states in one test.
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'database',
          include: [DATABASE_TESTS],
          exclude: ['**/node_modules/**'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
