/** `imagestead users create|list|set|disable|credits|audit`. */
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import type { Operator } from '../compose/operator.ts'
import type { Config } from '../config.ts'
import { DomainError } from '../core/errors.ts'
import { prefixedUlid } from '../core/ids.ts'
import type { User } from '../core/projects/records.ts'
import { type Right, rights } from '../core/sites/access.ts'
import { hashPassword } from '../core/users/password.ts'
import { findProject, findUser, isoTime, print, readPassword, usage, withOperator } from './operator.ts'
import { statusOf } from './projects.ts'

const options = {
  project: { type: 'string' },
  email: { type: 'string' },
  status: { type: 'string' },
  credits: { type: 'string' },
  'site-access': { type: 'string' },
  'site-minute': { type: 'string' },
  'site-month': { type: 'string' },
  'password-stdin': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

export function users(args: string[], config: Config): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [action, name] = positionals
  return withOperator(config, async (operator) => {
    switch (action) {
      case 'create':
        return create(operator)
      case 'list':
        return print((await operator.store.read.users.list()).map(row), values.json)
      case 'set':
        return set(operator, statusOf(values.status))
      case 'disable':
        return set(operator, 'disabled')
      case 'credits':
        return credits(operator)
      case 'audit':
        return audit(operator)
      default:
        throw usage('users create|list|set|disable|credits|audit')
    }
  })

  async function create(operator: Operator) {
    if (name === undefined) throw usage('users create NAME --project ID --password-stdin')
    const project = await findProject(operator, values.project)
    if (await operator.store.read.users.findByUsername(name))
      throw new DomainError('conflict', `There is a user "${name}" already.`)
    const now = operator.clock.now()
    const balance = balanceOf(values.credits)
    const siteAccess = accessOf(values['site-access'])
    const passwordHash = values['password-stdin'] ? await hashPassword(await readPassword()) : null
    const user: User = {
      id: prefixedUlid('us', now),
      username: name,
      project: project.id,
      email: values.email ?? null,
      passwordHash,
      status: 'active',
      tokenVersion: 0,
      credits: null,
      // Whoever is first in a project owns it.
      siteAccess: siteAccess ?? ((await operator.store.read.users.firstOf(project.id)) === undefined ? 'manage' : null),
      siteMinute: callsOf('site-minute', values['site-minute']) ?? null,
      siteMonth: callsOf('site-month', values['site-month']) ?? null,
      created: now,
    }
    await operator.store.tx(async (tx) => {
      await tx.users.insert(user)
      if (balance !== undefined) await operator.credits.set(tx, user.id, balance, who())
    })
    process.stderr.write(`Made the user ${name}${passwordHash === null ? ', without a password yet' : ''}.\n`)
  }

  async function set(operator: Operator, status: 'active' | 'disabled' | undefined) {
    const user = await findUser(operator, name)
    const balance = balanceOf(values.credits)
    const siteAccess = accessOf(values['site-access'])
    const siteMinute = callsOf('site-minute', values['site-minute'])
    const siteMonth = callsOf('site-month', values['site-month'])
    const patch = {
      ...(siteAccess === undefined ? {} : { siteAccess }),
      ...(siteMinute === undefined ? {} : { siteMinute }),
      ...(siteMonth === undefined ? {} : { siteMonth }),
      ...(status === undefined ? {} : { status }),
      ...(values.email === undefined ? {} : { email: values.email }),
      ...(values['password-stdin'] ? { passwordHash: await hashPassword(await readPassword()) } : {}),
    }
    await operator.store.tx(async (tx) => {
      await tx.users.update(user.id, patch)
      if (balance !== undefined) await operator.credits.set(tx, user.id, balance, who())
    })
    print([row(await findUser(operator, name))], values.json)
  }

  /** Every change of a balance, newest first. */
  async function credits(operator: Operator) {
    const { id } = await findUser(operator, name)
    const changes = await operator.credits.journal(id, 1000)
    print(
      changes.map(({ who, before, after, created }) => ({
        changed: isoTime(created),
        who,
        before: before ?? 'unlimited',
        after: after ?? 'unlimited',
      })),
      values.json,
    )
  }

  /** What the user did with own keys, newest first. */
  async function audit(operator: Operator) {
    const { id } = await findUser(operator, name)
    const entries = await operator.store.read.audits.ofUser(id, 1000)
    print(
      entries.map(({ action, subject, address, created }) => ({
        time: isoTime(created),
        action,
        subject,
        address,
      })),
      values.json,
    )
  }
}

/** Who types: a container may run as somebody without a name. */
function who(): string {
  try {
    return `operator ${userInfo().username}`
  } catch {
    return `operator ${process.getuid?.() ?? ''}`.trimEnd()
  }
}

/** Null: unlimited; undefined: not given. */
function balanceOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  if (text === 'unlimited') return null
  if (/^\d{1,13}$/.test(text)) return Number(text)
  throw new DomainError('invalid', '--credits must be a whole number, or unlimited.', { param: 'credits' })
}

/** Undefined: not given. */
function accessOf(text: string | undefined): Right | null | undefined {
  if (text === undefined) return undefined
  if (text === 'none') return null
  const right = rights.find((one) => one === text)
  if (right !== undefined) return right
  throw new DomainError('invalid', `--site-access must be none, ${rights.join(', ')}.`, { param: 'site-access' })
}

/** Calls of the Sites API; 0: unlimited, null: as the server is set, undefined: not given. */
function callsOf(option: 'site-minute' | 'site-month', text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  if (text === 'default') return null
  if (text === 'unlimited') return 0
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new DomainError('invalid', `--${option} must be a whole number from 1 on, unlimited, or default.`, {
    param: option,
  })
}

const calls = (limit: number | null) => (limit === 0 ? 'unlimited' : (limit ?? 'default'))

function row({ siteAccess, siteMinute, siteMonth, ...user }: User) {
  const { username, project, email, status, passwordHash, credits, created } = user
  return {
    username,
    project,
    email,
    status,
    password: passwordHash === null ? 'none' : 'set',
    credits: credits ?? 'unlimited',
    site_access: siteAccess ?? 'none',
    site_minute: calls(siteMinute),
    site_month: calls(siteMonth),
    created: isoTime(created),
  }
}
