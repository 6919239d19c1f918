/**
 * Image URLs that nobody means well with: random words of the transformation language, mutations of good addresses, raw
 * bytes. Whatever comes, the answer is a picture or a refusal in words, never a fault of the server, and the next good
 * address works. IMAGESTEAD_URL_FUZZ sets how many are tried.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { photo, red, solid } from '../support/pictures.ts'
import { embedded, type TestServer } from '../support/stack.ts'

const tries = Number(process.env.IMAGESTEAD_URL_FUZZ ?? 600)
let server: TestServer
let client: DeliveryClient

beforeAll(async () => {
  server = await embedded.start()
  client = deliveryClient(server)
  await client.upload('a.jpg', await photo(64, 48))
  await client.upload('b.png', await solid(20, 20, red, 'png', 0.5))
})
afterAll(() => server.stop())

/** Numbers in 0..1 that are the same in every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

const keys =
  'w h ar dpr c cm fo x y xc yc z bg rt fl bl r b o t q f lo pr md cp orig n di pg if lfo lx ly fs ff co ia pa al tg lh'.split(
    ' ',
  )
const effects =
  'e-grayscale e-contrast e-sharpen e-usm e-shadow e-gradient e-colorize e-distort cr l-text l-image l-end if-end if-else'.split(
    ' ',
  )
const values =
  '0 1 2 10 100 0.5 N40 65535 65536 99999999999 -1 auto max true false red FFAABB50 4-3 iw_div_2 iw_div_0 ih_pow_99 10_20_30_40 at_max pad_resize extract face blurred_10_N20 i-b.png i-Hello ie-SGVsbG8%3D webp png avif gif a@@b %00 %zz é 💥 <script>'.split(
    ' ',
  )

function randomTransformation(random: () => number): string {
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)] ?? ''
  const item = () =>
    random() < 0.7 ? `${pick(keys)}-${pick(values)}` : `${pick(effects)}${random() < 0.5 ? `-${pick(values)}` : ''}`
  const items = Array.from({ length: 1 + Math.floor(random() * 6) }, item)
  return items.reduce((text, each) => `${text}${random() < 0.2 ? ':' : ','}${each}`)
}

function mutated(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length)
  const odd = ['%', '%00', '..', '/', '//', ':', ',', '-', '_', 'N', '@@', '?', '&', '#', '\\', ' ', '%2F', '%25'][
    Math.floor(random() * 18)
  ]
  return `${text.slice(0, at)}${odd}${text.slice(at + Math.floor(random() * 3))}`
}

const good = [
  'tr:w-200,h-100,c-at_max/a.jpg',
  'a.jpg?tr=l-text,i-Hello,fs-10,l-end:rt-90',
  'tr:l-image,i-b.png,w-10,lx-5,ly-N5,l-end/a.jpg',
  'tr:if-ar_gt_1,w-20,if-else,w-30,if-end/a.jpg',
  'a.jpg?tr=w-iw_div_2_add_3,e-gradient-ld-45_from-red&ik-s=00&ik-t=1',
  'ik-seo/a/name.jpg',
]

test(`${tries} hostile addresses: a picture or a refusal, and the server goes on`, { timeout: 120_000 }, async () => {
  const random = seeded(20_261_123)
  const faults: string[] = []
  const statuses: Record<number, number> = {}
  const addresses = Array.from({ length: tries }, (_, index) =>
    index % 2 === 0
      ? `${index % 4 === 0 ? `tr:${encodeURI(randomTransformation(random))}/a.jpg` : `a.jpg?tr=${encodeURIComponent(randomTransformation(random))}`}`
      : mutated(good[Math.floor(random() * good.length)] ?? '', random),
  )
  // What Node's own client refuses to send never arrives anywhere.
  const sendable = addresses.filter((address) => !/[^\x21-\xff]/.test(address))
  for (let at = 0; at < sendable.length; at += 8) {
    await Promise.all(
      sendable.slice(at, at + 8).map(async (address) => {
        const { status, text } = await client.get(address)
        statuses[status] = (statuses[status] ?? 0) + 1
        const worded = status < 400 || (text.trim() !== '' && !/ at .*\.(ts|js):|node_modules/.test(text))
        if (status >= 500 || !worded) faults.push(`${status} ${address} ${text.slice(0, 200)}`)
      }),
    )
  }
  console.log(`hostile addresses: ${JSON.stringify(statuses)}`)
  expect(faults).toEqual([])
  expect((await client.see('tr:w-20/a.jpg')).picture.width).toBe(20)
})
