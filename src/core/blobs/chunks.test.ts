import { describe, expect, it } from 'vitest'
import { chunkBytes, giveChunkBack, takeChunk } from './chunks.ts'

describe('chunks', () => {
  it('are given out again, whole or in part, once they came back', () => {
    const first = takeChunk(chunkBytes)
    giveChunkBack(first)
    const second = takeChunk(10)
    expect(second).toHaveLength(10)
    expect(second.buffer).toBe(first.buffer)
  })

  it('are never out twice: neither while they are used, nor when they are given back twice or by halves', () => {
    const first = takeChunk(chunkBytes)
    giveChunkBack(first.subarray(0, 5))
    const second = takeChunk(chunkBytes)
    expect(second.buffer).not.toBe(first.buffer)
    giveChunkBack(first)
    giveChunkBack(first)
    const [third, fourth] = [takeChunk(chunkBytes), takeChunk(chunkBytes)]
    expect(new Set([second, third, fourth].map(({ buffer }) => buffer)).size).toBe(3)
  })

  it('a stranger is let be', () => {
    const stranger = Buffer.alloc(chunkBytes)
    giveChunkBack(stranger)
    expect(takeChunk(chunkBytes).buffer).not.toBe(stranger.buffer)
  })
})
