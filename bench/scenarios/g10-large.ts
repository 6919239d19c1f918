/** G10: pictures of 100 megapixels, one after the other and four at once, within the engine's memory budget. */
import { join } from 'node:path'
import sharp from 'sharp'
import { imageUrls, putFile } from '../load/image-urls.ts'
import { startServer } from '../load/server.ts'
import { memory, watchMemory } from '../measure/process-table.ts'
import { type Context, type Figure, judged, type Scenario, shown } from '../scenario.ts'

/** The default of IMAGESTEAD_ENGINE_MEMORY_BYTES, and what the server itself may use beside it. */
const budgetMb = 1024 * 1.048_576
const serverMb = 200

const works = [
  { name: 'to 800 px', tr: 'w-800,f-jpg', goalMb: 200 },
  { name: 'written again', tr: 'q-75,f-jpg', goalMb: 250 },
  { name: 'turned', tr: 'rt-90,f-jpg', goalMb: 1000 },
] as const

export const large: Scenario = {
  id: 'G10',
  title: 'Pictures of 100 megapixels through image URLs: memory of the children, alone and four at once',
  async run(context) {
    const server = context.use(
      await startServer({
        folder: join(context.folder, 'server'),
        settings: { DELIVERY_DEADLINE_MS: '60000', DELIVERY_REDUCED: 'off' },
      }),
    )
    const client = context.use(imageUrls(server.port, 4))
    const bytes = await hundredMegapixels(context)
    context.say(`a JPEG of ${Math.round(bytes.length / 1e6)} MB`)
    for (let copy = 0; copy < 4; copy += 1) await putFile(server, `m100-${copy}.jpg`, bytes)
    const figures: Figure[] = []
    for (const { name, tr, goalMb } of works) {
      const watch = watchMemory(server.pid, 20)
      const { ms } = await client.get(`/default/tr:${tr}/m100-0.jpg`)
      // Its own process does little meanwhile: what grows is the child.
      const child = Math.max(...watch.stop().partsMb.slice(1))
      figures.push(
        judged(context, {
          name,
          value: child,
          unit: 'MB',
          goal: { at: 'most', value: goalMb },
          note: `${Math.round(ms)} ms`,
        }),
      )
    }
    const watch = watchMemory(server.pid, 20)
    const answers = await Promise.allSettled(
      [0, 1, 2, 3].map(async (copy) => {
        const { ms, bytes } = await client.get(
          `/default/tr:rt-${copy % 2 === 0 ? 90 : 270},q-60,f-jpg/m100-${copy}.jpg`,
        )
        return { ms, bytes }
      }),
    )
    const { pssMb } = watch.stop()
    const made = answers.filter(({ status }) => status === 'fulfilled').length
    figures.push(
      judged(context, {
        name: 'four turned at once, all processes',
        value: pssMb,
        unit: 'MB',
        goal: { at: 'most', value: budgetMb + serverMb },
      }),
      judged(context, { name: 'of these answered', value: made, unit: '', goal: { at: 'least', value: 4 } }),
      shown('afterwards, all processes', memory(server.pid).pssMb, 'MB'),
    )
    return { figures, details: { answers } }
  },
}

/** Under the 40 MB that image URLs read. */
async function hundredMegapixels({ images }: Context): Promise<Buffer> {
  const tile = await sharp(images.path('m12.jpg')).resize(5000, 5000, { fit: 'cover' }).raw().toBuffer()
  const places = [0, 1, 2, 3].map((index) => ({
    input: tile,
    raw: { width: 5000, height: 5000, channels: 3 as const },
    left: (index % 2) * 5000,
    top: Math.floor(index / 2) * 5000,
  }))
  const create = { width: 10_000, height: 10_000, channels: 3 as const, background: 'black' }
  return sharp({ create, limitInputPixels: false })
    .composite(places)
    .jpeg({ quality: 70, optimiseCoding: false })
    .toBuffer()
}
