import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
    // Much of the time goes to waiting for servers and children: every core may run a file.
    maxWorkers: Math.max(2, availableParallelism()),
    // Real servers, databases and children start in many files; a loaded machine needs the room.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // CI's machine is shared and noisy; what fails twice fails.
    retry: process.env.CI ? 1 : 0,
    expect: { poll: { timeout: 20_000, interval: 20 } },
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    ...(process.env.CI ? { outputFile: { json: 'dist/test-results.json' } } : {}),
  },
})
