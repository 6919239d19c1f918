import { describe, expect, it } from 'vitest'
import { frameHeader, readFrames } from './frames.ts'

describe('frames', () => {
  it('come out as they went in, however the pipe cuts them', async () => {
    const wire = Buffer.concat([
      frameHeader(7, 0, 5),
      Buffer.from('hello'),
      frameHeader(7, 1, 3),
      Buffer.from('abc'),
      frameHeader(7, 0, 0),
      frameHeader(8, 1, 0),
    ])
    for (const step of [1, 3, 11, 1000]) {
      const pieces = async function* () {
        for (let at = 0; at < wire.length; at += step) yield wire.subarray(at, at + step)
      }
      const streams = new Map<string, string>()
      const ends = []
      for await (const { job, stream, bytes } of readFrames(pieces())) {
        const name = `${job}.${stream}`
        if (bytes === undefined) ends.push(name)
        else streams.set(name, (streams.get(name) ?? '') + bytes.toString())
      }
      expect(Object.fromEntries(streams)).toEqual({ '7.0': 'hello', '7.1': 'abc' })
      expect(ends).toEqual(['7.0', '8.1'])
    }
  })
})
