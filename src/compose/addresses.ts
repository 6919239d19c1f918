/** Which addresses are this server's own. */
import type { AddressInfo } from 'node:net'
import type { Config } from '../config.ts'
import type { App } from '../http/app.ts'

/** The addresses a listening server is bound to. */
export function listeningOn({ fastify }: App): AddressInfo[] {
  return fastify.addresses().filter((address) => typeof address !== 'string')
}

/** True when a URL leads back to this server: one of its public addresses, or one it listens on. */
export function isOwn(
  config: Pick<Config, 'PUBLIC_URL' | 'DELIVERY_URL'>,
  addresses: { address: string; port: number }[],
  url: string,
): boolean {
  const target = new URL(url)
  const known = [config.PUBLIC_URL, config.DELIVERY_URL].flatMap((base) => base ?? [])
  if (known.some((base) => new URL(base).host === target.host)) return true
  const port = Number(target.port || (target.protocol === 'https:' ? 443 : 80))
  const name = target.hostname.replace(/^\[|\]$/g, '')
  const local = name === 'localhost' || name === '::1' || name.startsWith('127.')
  return addresses.some(({ address, port: own }) => own === port && (local || name === address))
}
