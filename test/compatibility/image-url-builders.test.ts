/**
 * Addresses as the published builders make them, asked of a real server: `@imagekit/javascript` 5, `imagekit-javascript` 4,
 * `imagekit` 6, `@imagekit/nodejs` 7 and `unpic`; and the snippets for frameworks, word by word.
 */
import { createRequire } from 'node:module'
import { buildSrc, getResponsiveImageAttributes, type Transformation } from '@imagekit/javascript'
import ImageKit from '@imagekit/nodejs'
import { transformUrl } from 'unpic'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { astroService, htmlSrcset, nextLoader, nuxtProvider } from '../../src/apis/home/samples-images.ts'
import { type DeliveryClient, deliveryClient } from '../support/delivery-client.ts'
import { photo, red, solid } from '../support/pictures.ts'
import { embedded, publicKey, secretKey, type TestServer } from '../support/stack.ts'

const require = createRequire(import.meta.url)
let server: TestServer
let urlEndpoint: string
let client: DeliveryClient
let checks = 0

beforeAll(async () => {
  server = await embedded.start()
  urlEndpoint = `${server.url}/default`
  client = deliveryClient(server)
  await client.upload('pier.jpg', await photo(800, 600), { folder: '/trips' })
  await client.upload('secret.jpg', await photo(800, 600), { isPrivateFile: 'true' })
  await client.upload('logo.png', await solid(60, 40, red))
})
afterEach(() => {
  checks += expect.getState().assertionCalls
})
afterAll(async () => {
  await server.stop()
  console.log(`address builders: ${checks} checks`)
})

const pathOf = (url: string) => url.slice(`${urlEndpoint}/`.length)
const sidesOf = async (url: string) => {
  const { picture } = await client.see(pathOf(url))
  return [picture.width, picture.height]
}

type Case = readonly [what: string, transformation: Transformation[], sides: readonly [number, number]]

/** What the typed builders can say, and the size that must come. */
const cases: readonly Case[] = [
  ['a width', [{ width: 200 }], [200, 150]],
  ['both sides', [{ width: 200, height: 200 }], [200, 200]],
  ['a ratio', [{ width: 200, aspectRatio: '4-3' }], [200, 150]],
  ['inside a box', [{ width: 200, height: 200, crop: 'at_max' }], [200, 150]],
  ['padding', [{ width: 300, height: 300, cropMode: 'pad_resize', background: 'FF0000' }], [300, 300]],
  ['a part', [{ width: 100, height: 80, cropMode: 'extract', x: 10, y: 20 }], [100, 80]],
  ['dense screens', [{ width: 100, height: 100, dpr: 2 }], [200, 200]],
  ['steps', [{ width: 400, height: 300 }, { rotation: 90 }], [300, 400]],
  ['an expression', [{ width: 'iw_div_2' }], [400, 300]],
  ['effects', [{ width: 100, blur: 10, grayscale: true, sharpen: true, contrastStretch: true }], [100, 75]],
  ['a gradient', [{ width: 100, gradient: 'ld-bottom_from-red_to-blue' }], [100, 75]],
  ['round corners and a border', [{ width: 100, radius: 10, border: '5_FF0000' }], [110, 85]],
  ['output', [{ width: 100, format: 'webp', quality: 50, progressive: true, lossless: false }], [100, 75]],
  ['raw words', [{ raw: 'w-50,h-50' }], [50, 50]],
  [
    'a text layer',
    [
      {
        width: 300,
        overlay: { type: 'text', text: 'Grüße, 50%', transformation: [{ fontSize: 20, fontColor: 'FF0000' }] },
      },
    ],
    [300, 225],
  ],
  [
    'an image layer',
    [
      {
        width: 300,
        overlay: { type: 'image', input: 'logo.png', position: { x: 10, y: 10 }, transformation: [{ width: 40 }] },
      },
    ],
    [300, 225],
  ],
  [
    'a block of colour',
    [{ width: 300, overlay: { type: 'solidColor', color: 'FF0000', transformation: [{ width: 50, height: 50 }] } }],
    [300, 225],
  ],
]

describe.each(['query', 'path'] as const)(
  '@imagekit/javascript 5, transformation in the %s',
  (transformationPosition) => {
    test.each(cases)('%s', async (_what, transformation, sides) => {
      expect(
        await sidesOf(buildSrc({ urlEndpoint, src: '/trips/pier.jpg', transformation, transformationPosition })),
      ).toEqual(sides)
    })
  },
)

test('@imagekit/javascript 5: every candidate of a srcset has its width', async () => {
  const { src, srcSet = '' } = getResponsiveImageAttributes({ urlEndpoint, src: '/trips/pier.jpg', width: 300 })
  expect((await sidesOf(src))[0]).toBeGreaterThan(0)
  for (const candidate of srcSet.split(', ')) {
    const [url = ''] = candidate.split(' ')
    const width = Number(/w-(\d+)/.exec(url)?.[1])
    // c-at_max never makes it larger than it is.
    expect((await sidesOf(url))[0]).toBe(Math.min(width, 800))
  }
})

interface OldClient {
  url(options: object): string
}

describe.each([
  ['imagekit 6', () => new (require('imagekit'))({ publicKey, privateKey: secretKey, urlEndpoint }) as OldClient],
  ['imagekit-javascript 4', () => new (require('imagekit-javascript'))({ publicKey, urlEndpoint }) as OldClient],
])('%s', (_name, make) => {
  const transformation = [{ height: '300', width: '400' }, { rotation: '90' }]
  test.each(['path', 'query'])('a chain in the %s', async (transformationPosition) => {
    const url = make().url({ path: '/trips/pier.jpg', transformation, transformationPosition })
    expect(await sidesOf(url)).toEqual([300, 400])
  })
  test('of a whole address', async () => {
    expect(await sidesOf(make().url({ src: `${urlEndpoint}/trips/pier.jpg`, transformation }))).toEqual([300, 400])
  })
})

describe('signed addresses', () => {
  const old = () => new (require('imagekit'))({ publicKey, privateKey: secretKey, urlEndpoint }) as OldClient
  const now = () => new ImageKit({ privateKey: secretKey, baseURL: server.url })
  const chain = [{ width: 100, height: 50 }, { rotation: 90 }]
  const made: readonly (readonly [string, (expires: boolean) => string])[] = [
    ...(['path', 'query'] as const).flatMap((transformationPosition) => [
      [
        `imagekit 6, ${transformationPosition}`,
        (expires: boolean) =>
          old().url({
            path: '/secret.jpg',
            transformation: chain,
            transformationPosition,
            signed: true,
            ...(expires ? { expireSeconds: 60 } : {}),
          }),
      ] as const,
      [
        `@imagekit/nodejs 7, ${transformationPosition}`,
        (expires: boolean) =>
          now().helper.buildSrc({
            urlEndpoint,
            src: '/secret.jpg',
            transformation: [{ width: 100, height: 50 }, { rotation: 90 }],
            transformationPosition,
            signed: true,
            ...(expires ? { expiresIn: 60 } : {}),
          }),
      ] as const,
    ]),
  ]
  test.each(made)('%s', async (_what, sign) => {
    for (const expires of [false, true]) {
      const path = pathOf(sign(expires))
      expect((await client.see(path)).picture).toMatchObject({ width: 50, height: 100 })
      expect((await client.get(path.replace('rt-90', 'rt-180'))).status).toBe(401)
      expect((await client.get(path.replace('rt%3A90', 'rt-91').replace(/ik-s=\w{4}/, 'ik-s=0000'))).status).toBe(401)
    }
  })
})

test('unpic: its ImageKit provider', async () => {
  const url = `${urlEndpoint}/trips/pier.jpg`
  const made = transformUrl({ url, provider: 'imagekit', width: 200, height: 100, format: 'webp', quality: 60 })
  expect(made).toContain('tr=')
  expect(await sidesOf(made ?? '')).toEqual([200, 100])
})

describe('snippets of the docs', () => {
  const load = (code: string) => import(`data:text/javascript,${encodeURIComponent(code)}`)

  test('Next.js: the loader', async () => {
    const { default: loader } = await load(nextLoader(urlEndpoint))
    expect(await sidesOf(loader({ src: '/trips/pier.jpg', width: 640, quality: 75 }))).toEqual([640, 480])
    expect(await sidesOf(loader({ src: 'trips/pier.jpg', width: 3840 }))).toEqual([800, 600])
  })

  test('Nuxt: the provider', async () => {
    const { getImage } = await load(nuxtProvider(urlEndpoint))
    const { url } = getImage('/trips/pier.jpg', { modifiers: { width: 200, height: 100, format: 'webp', quality: 60 } })
    expect(await sidesOf(url)).toEqual([200, 100])
    expect(await sidesOf(getImage('/trips/pier.jpg', { modifiers: {} }).url)).toEqual([800, 600])
  })

  test('Astro: the image service', async () => {
    const { default: service } = await load(astroService(urlEndpoint))
    expect(await sidesOf(service.getURL({ src: '/trips/pier.jpg', width: 300, height: 200 }))).toEqual([300, 200])
    expect(await sidesOf(service.getURL({ src: { src: '/trips/pier.jpg' } }))).toEqual([800, 600])
  })

  test('plain HTML: every address in it is a picture', async () => {
    const addresses = htmlSrcset(urlEndpoint).match(new RegExp(`${urlEndpoint}[^\\s"']+`, 'g')) ?? []
    expect(addresses).toHaveLength(5)
    for (const address of addresses) expect((await sidesOf(address))[0]).toBeGreaterThan(0)
  })
})
