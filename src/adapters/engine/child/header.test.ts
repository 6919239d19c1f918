import sharp from 'sharp'
import { expect, it } from 'vitest'
import { readHeader } from './header.ts'

it('frames that stand longer than encoders can say are shortened to what they can', async () => {
  const frame = { create: { width: 4, height: 4, channels: 3 as const, background: '#f00' } }
  const stills = [
    await sharp(frame).png().toBuffer(),
    await sharp({ create: { ...frame.create, background: '#00f' } })
      .png()
      .toBuffer(),
  ]
  const gif = await sharp(stills, { join: { animated: true } })
    .gif({ delay: [100, 200] })
    .toBuffer()
  // The graphic control extension: 21 f9 04, flags, hundredths of a second.
  const control = gif.indexOf(Buffer.from('21f904', 'hex'))
  gif.writeUInt16LE(0xffff, control + 4)
  expect((await readHeader(gif)).delay).toEqual([65_535, 200])
})
