import { expect, it } from 'vitest'
import { withoutFfmpeg } from '../../../test/support/films.ts'
import { findFfmpeg } from './ffmpeg.ts'

it.skipIf(withoutFfmpeg)('finds one on the PATH that encodes, and none where it may not look', async () => {
  expect(await findFfmpeg('auto')).toMatchObject({ path: expect.stringMatching(/^\/.*ffmpeg$/), x264: true, vp9: true })
  expect(await findFfmpeg('off')).toBeUndefined()
})

it('does without a program that is not there, or is something else, and says so', async () => {
  for (const path of ['/nowhere/ffmpeg', '/bin/true', '/bin/cat']) {
    const warned: string[] = []
    const log = { info: () => undefined, warn: (_details: object, message: string) => void warned.push(message) }
    expect(await findFfmpeg(path, log)).toBeUndefined()
    expect(warned).toHaveLength(1)
  }
})
