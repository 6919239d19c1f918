/**
 * The browser client `imagekit-javascript` 4 as it is published, in Chromium, on a page of another origin: uploads by
 * promise and callback through the request object of the docs' shim, and its URLs. Without Chromium it is skipped, in CI it
 * fails. Its quirks that matter here: success is status 200 alone, and answers without an exposed header lack it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '../browser/chromium.ts'
import { openWebPage, type WebPage } from './web-page.ts'

let checks = 0
const hexId = expect.stringMatching(/^[0-9a-f]{24}$/)

describe.skipIf(chromiumPath === undefined && process.env.CI !== 'true')('imagekit-javascript', () => {
  let page: WebPage

  beforeAll(async () => {
    page = await openWebPage('imagekit-javascript/dist/imagekit.min.js')
  })
  afterEach(() => {
    checks += expect.getState().assertionCalls
  })
  afterAll(async () => {
    await page.stop()
    console.log(`imagekit-javascript 4: ${checks} checks`)
  })

  /** The library, made as pages make it, and one upload. */
  const library = () =>
    `const library = new ImageKit({ publicKey: (await signed()).publicKey, urlEndpoint: '${page.server.url}/default' });`
  const upload = <T>(options: string, then = '') =>
    page.run<T>(`${library()}
      const options = { ...(await signed()), xhr: imagesteadRequest(), fileName: 'web.jpg', file: await photo(), ${options} };
      delete options.publicKey;
      return library.upload(options).then((answer) => ({ ...answer, metadata: answer.$ResponseMetadata, ${then} }),
        (error) => ({ refused: true, ...told(error) }))`)

  it('uploads a blob with every kind of field', async () => {
    const answer = await upload(`folder: '/web/v4', tags: ['a', 'b'], useUniqueFileName: false, isPrivateFile: true,
      customCoordinates: '1,2,3,4', responseFields: ['tags', 'isPrivateFile', 'customCoordinates'],
      overwriteFile: true, overwriteTags: false, overwriteAITags: false, overwriteCustomMetadata: false, customMetadata: {},
      extensions: [{ name: 'google-auto-tagging', minConfidence: 80, maxTags: 10 }], webhookUrl: 'https://example.com/hook',
      transformation: { pre: 'w-32' }, checks: \`'file.size' < '1mb'\``)
    expect(answer).toMatchObject({
      fileId: hexId,
      name: 'web.jpg',
      filePath: '/web/v4/web.jpg',
      width: 32,
      height: 24,
      tags: ['a', 'b'],
      isPrivateFile: true,
      customCoordinates: '1,2,3,4',
      fileType: 'image',
      thumbnailUrl: expect.any(String),
    })
    expect(answer).toMatchObject({
      metadata: {
        statusCode: 200,
        headers: { 'x-request-id': expect.any(String), 'x-ik-requestid': expect.any(String) },
      },
    })
  })
  it('uploads base64 and an address', async () => {
    const text = page.picture.toString('base64')
    for (const file of [text, `data:image/jpeg;base64,${text}`]) {
      expect(await upload(`file: '${file}'`)).toMatchObject({
        fileId: hexId,
        width: 64,
        name: expect.stringMatching(/^web_/),
      })
    }
    expect(await upload(`file: location.origin + '/photo.jpg'`)).toMatchObject({ size: page.picture.length })
  })
  it('answers a callback', async () => {
    const both = await page.run(`${library()}
      const options = { ...(await signed()), xhr: imagesteadRequest(), fileName: 'call.jpg', file: await photo() };
      return new Promise((resolve) => library.upload(options, (error, answer) => resolve([error, { ...answer }])))`)
    expect(both).toMatchObject([null, { fileId: hexId }])
  })
  it('options of one upload go before the library’s', async () => {
    const answer = await page.run(`
      const library = new ImageKit({ publicKey: 'another', urlEndpoint: 'https://example.com' });
      const { publicKey, ...rest } = await signed();
      return library.upload({ ...rest, xhr: imagesteadRequest(), fileName: 'own.jpg', file: await photo() }, { publicKey })`)
    expect(answer).toMatchObject({ fileId: hexId })
  })
  it('refusals carry our message, help and the metadata', async () => {
    expect(await upload(`signature: 'a'.repeat(40)`)).toMatchObject({
      refused: true,
      message: expect.stringMatching(/signature/),
      help: expect.any(String),
      metadata: { statusCode: 400 },
    })
    expect(await upload(`expire: 1`)).toMatchObject({ refused: true, message: expect.stringMatching(/expire/) })
    expect(await upload(`checks: \`'file.size' > '1mb'\``)).toMatchObject({
      refused: true,
      message: expect.stringMatching(/checks/),
    })
  })
  it('a token works once', async () => {
    const [first, second] = await page.run<object[]>(`${library()}
      const once = await signed();
      const send = async () => library.upload({ ...once, publicKey: undefined, xhr: imagesteadRequest(), fileName: 'o.jpg', file: await photo() })
        .then((answer) => ({ ...answer }), told);
      return [await send(), await send()]`)
    expect(first).toMatchObject({ fileId: hexId })
    expect(second).toMatchObject({ message: expect.stringMatching(/token/) })
  })
  it('url makes addresses below ours', async () => {
    const urls = await page.run(`${library()}
      const transformation = [{ height: '300', width: '400' }];
      return [library.url({ path: '/a.jpg', transformation, transformationPosition: 'path' }),
        library.url({ path: '/a.jpg', transformation }),
        library.url({ src: '${page.server.url}/default/a.jpg', transformation: [{ rotation: 90 }, { overlay: { type: 'text', text: 'hi' } }] })]`)
    const base = `${page.server.url}/default`
    expect(urls).toEqual([
      `${base}/tr:h-300,w-400/a.jpg`,
      `${base}/a.jpg?tr=h-300,w-400`,
      `${base}/a.jpg?tr=rt-90:l-text,i-hi,l-end`,
    ])
  })
  it('nothing went wrong in the page', () => {
    expect(page.faults).toEqual([])
  })
})
