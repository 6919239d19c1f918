/** Cuts children off the network where the system has a way: hostile files then have nowhere to call. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const programs = ['/usr/bin/unshare', '/bin/unshare']

/**
 * The command that starts a program without network, as a prefix; undefined where the system does not allow it.
 * `unshare` replaces itself with the program, so process id and descriptors stay.
 */
export function networkCut(): readonly string[] | undefined {
  const program = programs.find(existsSync)
  if (program === undefined || process.platform !== 'linux') return undefined
  // As root a user namespace would only take away access to files of other users.
  const forms = process.getuid?.() === 0 ? [['--net']] : [['--user', '--map-current-user', '--net']]
  for (const form of forms) {
    const { status } = spawnSync(program, [...form, '--', '/bin/true'], { stdio: 'ignore', timeout: 2000 })
    if (status === 0) return [program, ...form, '--']
  }
  return undefined
}
