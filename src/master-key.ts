/** The master key: given by the environment, or made once in the data folder (mode 0600). */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from './config.ts'

/**
 * Reads `<folder>/master.key`, making it when the folder has none. Two processes may do so at once: the first link wins.
 * @throws ConfigError when the file is there and unreadable or too short
 */
export function masterKeyOf(configured: string | undefined, folder: string): string {
  if (configured !== undefined) return configured
  const path = join(folder, 'master.key')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!existsSync(path)) makeKey(path)
  const key = readKey(path)
  if (key.length < 32) {
    throw new ConfigError(
      `${path} holds no master key (at least 32 characters); restore it from a backup, or set IMAGESTEAD_MASTER_KEY`,
    )
  }
  return key
}

function makeKey(path: string): void {
  const temporary = `${path}.${randomBytes(8).toString('hex')}`
  const file = openSync(temporary, 'wx', 0o600)
  writeSync(file, `${randomBytes(32).toString('base64url')}\n`)
  fsyncSync(file)
  closeSync(file)
  try {
    linkSync(temporary, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(temporary)
  }
}

function readKey(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    throw new ConfigError(`${path} cannot be read; give this user read access, or set IMAGESTEAD_MASTER_KEY`)
  }
}
