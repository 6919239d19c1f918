/** Where the server listens and how it is reached. */
import { z } from 'zod'
import { count, list, MiB, setting } from './kinds.ts'

export const server = {
  HOST: setting(z.string().default('127.0.0.1'), 'Address to listen on; `0.0.0.0` or `::` for all.'),
  PORT: setting(count().max(65535, 'must be at most 65535').default(8080), 'Port to listen on; 0 takes a free one.'),
  PUBLIC_URL: setting(
    z.url({ protocol: /^https?$/ }).optional(),
    'The address programs and people reach this server by, e.g. `https://images.example.com`. Its authority is the `server` value of the Tasks API. Unset: the Host header of each request.',
  ),
  DELIVERY_URL: setting(
    z.url({ protocol: /^https?$/ }).optional(),
    'The address of image URLs where they have one of their own, e.g. `https://media.example.com`. Unset: `PUBLIC_URL`.',
  ),
  TRUST_PROXY: setting(
    list.optional(),
    'Addresses or CIDRs of reverse proxies whose `X-Forwarded-*` headers are believed.',
    'none',
  ),
  TLS_CERT_FILE: setting(
    z.string().optional(),
    'PEM file with the certificate chain; with `TLS_KEY_FILE` the server speaks HTTPS.',
  ),
  TLS_KEY_FILE: setting(z.string().optional(), 'PEM file with the private key.'),
  LOG_LEVEL: setting(
    z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    'Least severe level that is logged (JSON lines on standard output).',
  ),
  SUPPORT_CONTACT: setting(
    z.string().optional(),
    'Where people get help, shown in error answers that have a `help` text. Unset: they point to `/docs`.',
  ),
  HTTP_DRAIN_MS: setting(count().default(20_000), 'After SIGTERM, how long requests in progress may take to finish.'),
  HTTP_BODY_IDLE_MS: setting(count(1).default(30_000), 'A request body that stops coming for this long is cut off.'),
  SESSION_IDLE_MS: setting(
    count(60_000).default(12 * 3_600_000),
    'Somebody who is signed in with a browser is signed out after so long without a request.',
  ),
  SESSION_LIFETIME_MS: setting(count(60_000).default(7 * 86_400_000), 'And so long after signing in, in any case.'),
  HTTP_MAX_JSON_BYTES: setting(count(1).default(MiB), 'Largest JSON or form body.'),
}
