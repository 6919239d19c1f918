import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The whole suites of the APIs first: their files are the smallest and take the longest, and the last one runs alone. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => /(scale-out|embedded)\.test\.ts$/.test(moduleId)
    return [...others.filter(isLong), ...others.filter((file) => !isLong(file))]
  }
}

/** The image library reads where fonts are when it is loaded: once in a process, which these files want to be their own. */
const ofFonts = [
  'src/adapters/engine/fonts.test.ts',
  'src/adapters/engine/child/transform/layers/text-layer.test.ts',
  'src/adapters/engine/child/transform/layers/uploaded-font.test.ts',
]

export default defineConfig({
  test: {
    pool: 'forks',
    // Much of the time goes to waiting for servers and children: every core may run a file.
    maxWorkers: Math.max(2, availableParallelism()),
    // Real servers, databases and children start in many files; a loaded machine needs the room.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // CI's machine is shared and noisy; what fails twice fails.
    retry: process.env.CI ? 1 : 0,
    sequence: { sequencer: LongestFirst },
    expect: { poll: { timeout: 20_000, interval: 20 } },
    reporters: process.env.CI ? ['default', 'json'] : ['default'],
    ...(process.env.CI ? { outputFile: { json: 'dist/test-results.json' } } : {}),
    projects: [
      {
        extends: true,
        test: {
          name: 'all',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: ofFonts,
          // Files of one process share its modules: loading them anew for each takes a tenth of the whole.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'fonts', include: ofFonts } },
    ],
  },
})
