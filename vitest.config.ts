import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    testTimeout: 120_000,
    // A worker for each core: by default one is left idle, which is half of a small machine.
    maxWorkers: '100%',
    env: { TZ: 'UTC' },
  },
});
