/** The wiring of operator's commands, which run beside a server or without one. */
import { mkdirSync } from 'node:fs'
import { createFetcher } from '../adapters/fetcher/fetcher.ts'
import { createPulls } from '../adapters/vision/pulls.ts'
import { openShelf } from '../adapters/vision/shelf.ts'
import type { Config } from '../config.ts'
import { type ClientKeys, createClientKeys } from '../core/keys/client-keys.ts'
import { createKeys, type Keys } from '../core/keys/keys.ts'
import { createSealer, type Sealer } from '../core/keys/seal.ts'
import { createSiteKeys, type SiteKeys } from '../core/keys/site-keys.ts'
import type { Clock, ImageEngine, MetadataStore, ModelShelf } from '../core/ports.ts'
import { bootstrap } from '../core/projects/bootstrap.ts'
import { type Credits, createCredits } from '../core/users/credits.ts'
import { createWebhookSecrets, type WebhookSecrets } from '../core/webhooks/secrets.ts'
import { masterKeyOf } from '../master-key.ts'
import { version } from '../paths.ts'
import { createLog, modelsFolder, openEngine, openMailer, openModels, openStore } from './open.ts'

const systemClock: Clock = { now: () => Date.now() }

/** What the operator's commands need: the database and the keys, beside a running server. */
export interface Operator {
  store: MetadataStore
  keys: Keys
  clientKeys: ClientKeys
  siteKeys: SiteKeys
  credits: Credits
  sealer: Sealer
  webhookSecrets: WebhookSecrets
  clock: Clock
  close(): Promise<void>
}

/** Opens the database (migrated and bootstrapped) without anything else. */
export async function composeOperator(config: Config, clock = systemClock, exclusive = false): Promise<Operator> {
  const sealer = createSealer(masterKeyOf(config.MASTER_KEY, config.DATA_DIR))
  const store = await openStore(config, clock, exclusive)
  try {
    await store.migrate()
    const keys = createKeys({ store, sealer, clock })
    const siteKeys = createSiteKeys({ store, sealer, clock, revealable: config.SITE_KEYS_REVEALABLE })
    await bootstrap({ store, keys, siteKeys, sealer, clock, first: firstKeys(config) })
    const webhookSecrets = createWebhookSecrets({ store, sealer, clock })
    const mailer = openMailer(config)
    const clientKeys = createClientKeys({ store, clock, mailer })
    const credits = createCredits({ store, clock, limited: config.LIMITS })
    return {
      store,
      keys,
      clientKeys,
      siteKeys,
      credits,
      sealer,
      webhookSecrets,
      clock,
      async close() {
        await mailer?.close()
        await store.close()
      },
    }
  } catch (error) {
    await store.close()
    throw error
  }
}

function firstKeys(config: Config) {
  const given = {
    publicKey: config.BOOTSTRAP_PUBLIC_KEY,
    secretKey: config.BOOTSTRAP_SECRET_KEY,
    user: config.BOOTSTRAP_USER,
    password: config.BOOTSTRAP_PASSWORD,
    siteKey: config.BOOTSTRAP_SITE_KEY,
  }
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return { project: config.BOOTSTRAP_PROJECT, ...present }
}

/** What the commands about models need; no database, no server. */
export async function composeModels(config: Config) {
  const folder = modelsFolder(config)
  const shelf = await openShelf({ folder, use: config.VISION_MODELS })
  const fetcher = createFetcher({ allow: config.FETCH_ALLOW, userAgent: `Imagestead/${version}` })
  return {
    shelf,
    models: createPulls({ folder, fetcher, hub: config.VISION_HUB_URL, clock: systemClock }),
    close: () => fetcher.close(),
  }
}

/** What looks at pictures, without the server: for evaluations. */
export interface Looking {
  engine: ImageEngine
  shelf: ModelShelf
  close(): Promise<void>
}

export async function openLooking(config: Config): Promise<Looking> {
  mkdirSync(config.DATA_DIR, { recursive: true })
  const log = createLog(config)
  const engine = openEngine(config, log)
  return { engine, shelf: await openModels(config, log), close: () => engine.close() }
}
