/** A plain client of image URLs for tests. Paths are raw and go on the wire as they are given. */
import { request } from 'node:http'
import { libraryClient, type UploadFields } from './library-client.ts'
import { type Look, look } from './pictures.ts'
import { secretKey, type TestServer } from './stack.ts'

export interface Shown {
  status: number
  headers: Record<string, string | undefined>
  bytes: Buffer
  /** The body as text. */
  text: string
}

export interface DeliveryClient {
  /** Uploads through the Library API, under exactly this name; returns the answer's JSON. */
  upload(name: string, file: Buffer, fields?: Partial<UploadFields>): Promise<Record<string, unknown>>
  /** `GET /{project}/{path}` */
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Shown>
  /** Like get; a status other than 200 is an error, and the picture is decoded. */
  see(path: string, headers?: Record<string, string>): Promise<Shown & { picture: Look }>
}

export function deliveryClient(
  { url }: Pick<TestServer, 'url'>,
  { project = 'default', privateKey = secretKey } = {},
): DeliveryClient {
  const { hostname, port } = new URL(url)

  const get: DeliveryClient['get'] = (path, headers = {}, method = 'GET') =>
    new Promise((resolve, reject) => {
      request({ hostname, port, method, path: `/${project}/${path}`, headers }, (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.once('error', reject)
        response.once('end', () => {
          const bytes = Buffer.concat(pieces)
          const given = Object.entries(response.headers).map(([name, value]) => [name, String(value)])
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(given),
            bytes,
            text: bytes.toString(),
          })
        })
      })
        .once('error', reject)
        .end()
    })

  return {
    get,
    async upload(fileName, file, fields = {}) {
      const whole = { useUniqueFileName: 'false', ...fields, file, fileName }
      const answer = await libraryClient({ url }, privateKey).upload(whole)
      if (answer.status !== 200) throw new Error(`upload of ${fileName}: ${answer.status} ${answer.bytes}`)
      return answer.json as Record<string, unknown>
    },
    async see(path, headers) {
      const shown = await get(path, headers)
      if (shown.status !== 200) throw new Error(`${path}: ${shown.status} ${shown.text}`)
      return { ...shown, picture: await look(shown.bytes) }
    },
  }
}
