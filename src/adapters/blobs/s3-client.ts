/** The connection to an S3-compatible store: the SDK is loaded at first use, and its errors become DomainErrors. */
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { DomainError, invalid } from '../../core/errors.ts'
import { cancelled } from './drain.ts'
import { noBlob, storageFull, unavailable } from './store-errors.ts'

export interface S3Options {
  endpoint: string
  region: string
  bucket: string
  /** Both unset: the SDK's own search (environment, instance role). */
  accessKeyId?: string | undefined
  secretAccessKey?: string | undefined
  /** Longest time to connect; default 3 s. */
  connectMs?: number
  /** A connection on which nothing moves for this long is given up; default 20 s. */
  idleMs?: number
  /** Pause before the second try of a call, and twice that before the third; default 100 ms. */
  retryMs?: number
}

type Sdk = typeof import('@aws-sdk/client-s3')

export interface S3 {
  bucket: string
  client: S3Client
  sdk: Sdk
}

/** Tries of each call in all. */
const maxAttempts = 3
/** A store that asks us to slow down gets that much more time. */
const slowDownFactor = 5
/** A paused download holds its connection, so there must be far more than the SDK's 50. */
const agent = { keepAlive: true, maxSockets: 1024 }
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

/** Loads the SDK and makes a client; connects to nothing yet. */
export async function openS3(options: S3Options): Promise<S3> {
  const sdk = await import('@aws-sdk/client-s3')
  const { accessKeyId, secretAccessKey, idleMs = 20_000, connectMs = 3000, retryMs = 100 } = options
  const client = withoutVersionNotice(
    () =>
      new sdk.S3Client({
        endpoint: options.endpoint,
        region: options.region,
        forcePathStyle: true,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
        retryStrategy: retries(retryMs),
        requestHandler: {
          connectionTimeout: connectMs,
          socketTimeout: idleMs,
          // Also ends requests that trickle: no part of an upload needs that long.
          requestTimeout: 6 * idleMs,
          throwOnRequestTimeout: true,
          httpAgent: agent,
          httpsAgent: agent,
          logger: silent,
        },
        ...(accessKeyId !== undefined && secretAccessKey !== undefined
          ? { credentials: { accessKeyId, secretAccessKey } }
          : {}),
      }),
  )
  return { bucket: options.bucket, client, sdk }
}

/** Three tries, always. The SDK's own strategy shares one allowance among all calls: after an outage nothing is retried. */
function retries(retryMs: number): Exclude<S3ClientConfig['retryStrategy'], undefined> {
  return {
    acquireInitialRetryToken: async () => retryToken(0, 0),
    async refreshRetryTokenForRetry(token, { error, errorType }) {
      const count = token.getRetryCount() + 1
      if (count >= maxAttempts || errorType === 'CLIENT_ERROR') throw error
      const first = errorType === 'THROTTLING' ? retryMs * slowDownFactor : retryMs
      return retryToken(count, first * 2 ** (count - 1) * (0.5 + Math.random() / 2))
    },
    recordSuccess() {},
  }
}
const retryToken = (count: number, delayMs: number) => ({
  getRetryCount: () => count,
  getRetryDelay: () => delayMs,
})

/** The SDK announces at start which Node it will need some day; that is our business, not the operator's. */
function withoutVersionNotice<T>(make: () => T): T {
  const name = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'
  const before = process.env[name]
  process.env[name] = 'true'
  try {
    return make()
  } finally {
    if (before === undefined) delete process.env[name]
    else process.env[name] = before
  }
}

/** Any error of an S3 call. */
export function s3Error(error: unknown, signal?: AbortSignal): DomainError {
  if (error instanceof DomainError) return error
  if (signal?.aborted) return cancelled(signal)
  const { name, status, cause } = essence(error)
  if (name === 'NoSuchKey' || name === 'NotFound') return noBlob(cause)
  if (name === 'InvalidRange' || status === 416) return invalid('range', 'The range lies outside the file.')
  if (status === 507 || /quota|storagefull/i.test(name)) return storageFull(cause)
  return unavailable(cause)
}

/** The SDK's errors hold the whole request with its signature: too much for a log. */
function essence(error: unknown): { name: string; status: number | undefined; cause: Error } {
  if (!(error instanceof Error)) return { name: '', status: undefined, cause: new Error(String(error)) }
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: string }
  const status = $metadata?.httpStatusCode
  const cause = new Error(`${error.name}: ${error.message} (status ${status ?? 'none'}, code ${code ?? 'none'})`)
  return { name: error.name, status, cause }
}
