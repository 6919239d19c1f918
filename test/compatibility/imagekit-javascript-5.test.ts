/**
 * The browser client `@imagekit/javascript` 5 as it is published, in Chromium, on a page of another origin: uploads through
 * the request object of the docs' shim, with progress and abort (both make the browser ask before), its typed errors, and
 * its URL helpers. Without Chromium it is skipped, in CI it fails.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from '../browser/chromium.ts'
import { openWebPage, type WebPage } from './web-page.ts'

let checks = 0
const hexId = expect.stringMatching(/^[0-9a-f]{24}$/)

describe.skipIf(chromiumPath === undefined && process.env.CI !== 'true')('@imagekit/javascript', () => {
  let page: WebPage

  beforeAll(async () => {
    page = await openWebPage('@imagekit/javascript/dist/imagekit.min.js')
  })
  afterEach(() => {
    checks += expect.getState().assertionCalls
  })
  afterAll(async () => {
    await page.stop()
    console.log(`@imagekit/javascript 5: ${checks} checks`)
  })

  const upload = <T>(options: string) =>
    page.run<T>(`
      const seen = [];
      const options = { ...(await signed()), xhr: imagesteadRequest(), fileName: 'web.jpg', file: await photo(), ${options} };
      return ImageKit.upload(options).then((answer) => ({ ...answer, seen, metadata: answer.$ResponseMetadata }),
        (error) => ({ refused: true, seen, ...told(error) }))`)

  it('uploads a blob with every kind of field', async () => {
    const answer = await upload(`folder: '/web/v5', tags: ['a', 'b'], useUniqueFileName: false, isPrivateFile: true,
      isPublished: false, customCoordinates: '1,2,3,4', description: 'from a page',
      responseFields: ['tags', 'isPrivateFile', 'isPublished', 'customCoordinates', 'embeddedMetadata', 'metadata'],
      overwriteFile: true, overwriteTags: false, overwriteAITags: false, overwriteCustomMetadata: false, customMetadata: {},
      extensions: [{ name: 'ai-auto-description' }], webhookUrl: 'https://example.com/hook',
      transformation: { pre: 'w-32', post: [{ type: 'transformation', value: 'w-10' }] }, checks: \`'file.size' < '1mb'\``)
    expect(answer).toMatchObject({
      fileId: hexId,
      name: 'web.jpg',
      filePath: '/web/v5/web.jpg',
      width: 32,
      height: 24,
      tags: ['a', 'b'],
      isPrivateFile: true,
      isPublished: false,
      customCoordinates: '1,2,3,4',
      description: 'from a page',
      extensionStatus: { 'ai-auto-description': expect.any(String) },
    })
    expect(answer).toMatchObject({ metadata: { statusCode: 200, requestId: expect.any(String) } })
  })
  it('uploads base64 and a File', async () => {
    const text = page.picture.toString('base64')
    expect(await upload(`file: '${text}'`)).toMatchObject({ fileId: hexId, width: 64 })
    expect(await upload(`file: new File([await photo()], 'x.jpg')`)).toMatchObject({ size: page.picture.length })
  })
  it('tells the progress, which makes the browser ask for leave first', async () => {
    const answer = await upload<{ seen: number[] }>(`onProgress: (event) => seen.push(event.loaded)`)
    expect(answer).toMatchObject({ fileId: hexId })
    expect(Math.max(...answer.seen)).toBeGreaterThan(page.picture.length)
  })
  it('an abort is an ImageKitAbortError', async () => {
    const answer = await page.run(`
      const stop = new AbortController();
      const sent = ImageKit.upload({ ...(await signed()), xhr: imagesteadRequest(), fileName: 'big.bin',
        file: new Blob([new Uint8Array(30_000_000)]), abortSignal: stop.signal });
      stop.abort('enough');
      return sent.then(() => 'sent', (error) => [error instanceof ImageKit.ImageKitAbortError, error.reason])`)
    expect(answer).toEqual([true, 'enough'])
    const before = `const stop = new AbortController(); stop.abort('no');`
    const never = await page.run(`${before}
      return ImageKit.upload({ ...(await signed()), xhr: imagesteadRequest(), fileName: 'a', file: await photo(), abortSignal: stop.signal })
        .then(() => 'sent', (error) => error.name)`)
    expect(never).toBe('ImageKitAbortError')
  })
  it('a 400 is an ImageKitInvalidRequestError with our message', async () => {
    expect(await upload(`signature: 'a'.repeat(40)`)).toMatchObject({
      refused: true,
      name: 'ImageKitInvalidRequestError',
      message: expect.stringMatching(/signature/),
      metadata: { statusCode: 400, requestId: expect.any(String) },
    })
    expect(await upload(`publicKey: 'public_unknown'`)).toMatchObject({ name: 'ImageKitInvalidRequestError' })
    expect(await upload(`expire: Math.floor(Date.now() / 1000) + 7200`)).toMatchObject({
      message: expect.stringMatching(/expire/),
    })
  })
  it('no server is an ImageKitUploadNetworkError', async () => {
    const name = await page.run(`
      return ImageKit.upload({ ...(await signed()), xhr: imagesteadRequest('http://127.0.0.1:1'), fileName: 'a', file: await photo() })
        .then(() => 'sent', (error) => error.name)`)
    expect(name).toBe('ImageKitUploadNetworkError')
  })
  it('buildSrc, buildTransformationString and getResponsiveImageAttributes make addresses below ours', async () => {
    const urlEndpoint = `${page.server.url}/default`
    const made = await page.run(`
      const urlEndpoint = '${urlEndpoint}', src = '/a.jpg', transformation = [{ width: 400, height: 300 }, { rotation: 90 }];
      return [ImageKit.buildSrc({ urlEndpoint, src, transformation }),
        ImageKit.buildSrc({ urlEndpoint, src, transformation, transformationPosition: 'path', queryParameters: { v: 1 } }),
        ImageKit.buildTransformationString(transformation),
        ImageKit.getResponsiveImageAttributes({ urlEndpoint, src, width: 100 })]`)
    expect(made).toEqual([
      `${urlEndpoint}/a.jpg?tr=w-400,h-300:rt-90`,
      `${urlEndpoint}/tr:w-400,h-300:rt-90/a.jpg?v=1`,
      'w-400,h-300:rt-90',
      expect.objectContaining({ src: expect.stringContaining(urlEndpoint), srcSet: expect.stringContaining(' 2x') }),
    ])
  })
  it('nothing went wrong in the page', () => {
    expect(page.faults).toEqual([])
  })
})
