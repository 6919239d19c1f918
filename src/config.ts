/**
 * The whole configuration: one schema over the environment. Every setting has its name, default and meaning in its
 * chapter (config/) and nowhere else; docs/configuration.md is generated from it (`npm run docs`). Any variable may be given as NAME_FILE,
 * naming a file that holds the value.
 */
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import type { Setting } from './config/kinds.ts'
import { limits } from './config/limits.ts'
import { mail } from './config/mail.ts'
import { processing } from './config/processing.ts'
import { scoring } from './config/scoring.ts'
import { secrets } from './config/secrets.ts'
import { server } from './config/server.ts'
import { sites } from './config/sites.ts'
import { storage } from './config/storage.ts'
import { webhooks } from './config/webhooks.ts'

/** A wrong configuration; each line names one variable and the way out. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** Names are given without the prefix IMAGESTEAD_. The groups are the chapters of docs/configuration.md. */
export const settings = { server, storage, secrets, limits, sites, scoring, processing, mail, webhooks } as const

const known: Record<string, Setting<z.ZodType>> = Object.assign({}, ...Object.values(settings))

type Groups = typeof settings
type Merged = Groups['server'] &
  Groups['storage'] &
  Groups['secrets'] &
  Groups['limits'] &
  Groups['sites'] &
  Groups['scoring'] &
  Groups['processing'] &
  Groups['mail'] &
  Groups['webhooks']
/** The parsed configuration, frozen; keys are the setting names without prefix. */
export type Config = { readonly [Name in keyof Merged]: z.output<Merged[Name]['schema']> }

/**
 * Reads the configuration from an environment.
 * @throws ConfigError with one line per fault
 */
export function loadConfig(environment: Record<string, string | undefined>): Config {
  const faults: string[] = []
  const values: Record<string, unknown> = {}
  for (const [name, { schema }] of Object.entries(known)) {
    const raw = readVariable(environment, name, faults)
    const parsed = schema.safeParse(raw === '' ? undefined : raw)
    if (parsed.success) values[name] = parsed.data
    else faults.push(`IMAGESTEAD_${name} ${parsed.error.issues.map((issue) => lowerFirst(issue.message)).join(', ')}`)
  }
  const config = values as Config
  if (faults.length === 0) faults.push(...inconsistencies(config))
  if (faults.length > 0) throw new ConfigError(faults.join('\n'))
  return Object.freeze(config)
}

/** The IMAGESTEAD_ variables that name no setting: worth a warning, they may be typing errors. */
export function unknownSettings(environment: Record<string, string | undefined>): string[] {
  return Object.keys(environment).filter((variable) => {
    if (!variable.startsWith('IMAGESTEAD_')) return false
    const name = variable.slice('IMAGESTEAD_'.length)
    return !(name in known) && !(name.endsWith('_FILE') && name.slice(0, -5) in known)
  })
}

function readVariable(
  environment: Record<string, string | undefined>,
  name: string,
  faults: string[],
): string | undefined {
  const direct = environment[`IMAGESTEAD_${name}`]
  const file = environment[`IMAGESTEAD_${name}_FILE`]
  if (direct !== undefined && file !== undefined) {
    faults.push(`IMAGESTEAD_${name} and IMAGESTEAD_${name}_FILE are both set; keep one`)
  }
  if (direct !== undefined || file === undefined) return direct
  try {
    return readFileSync(file, 'utf8').trimEnd()
  } catch {
    faults.push(`IMAGESTEAD_${name}_FILE names a file that cannot be read: ${file}`)
    return undefined
  }
}

/** Settings that are right alone and wrong together. */
function inconsistencies(config: Config): string[] {
  const faults: string[] = []
  const together = (first: keyof Config, second: keyof Config) => {
    if ((config[first] === undefined) === (config[second] === undefined)) return
    const [set, unset] = config[first] === undefined ? [second, first] : [first, second]
    faults.push(`IMAGESTEAD_${set} is set without IMAGESTEAD_${unset}; set both or none`)
  }
  together('TLS_CERT_FILE', 'TLS_KEY_FILE')
  together('BOOTSTRAP_PUBLIC_KEY', 'BOOTSTRAP_SECRET_KEY')
  together('BOOTSTRAP_USER', 'BOOTSTRAP_PASSWORD')
  together('SMTP_URL', 'MAIL_FROM')
  together('S3_ENDPOINT', 'S3_BUCKET')
  together('S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY')
  if (config.DATABASE_URL !== undefined && config.MASTER_KEY === undefined) {
    faults.push('IMAGESTEAD_MASTER_KEY is required with IMAGESTEAD_DATABASE_URL: every node must hold the same key')
  }
  return faults
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
