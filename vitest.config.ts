import { defineConfig } from 'vitest/config';

export default defineConfig({
  // A worker for each core: by default one is left idle, which is half of a small machine.
  test: { include: ['test/**/*.test.ts'], testTimeout: 120_000, maxWorkers: '100%', env: { TZ: 'UTC' } },
});
