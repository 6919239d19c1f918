/** `imagestead users create|list|set|disable`. */
import { parseArgs } from 'node:util'
import type { Operator } from '../compose.ts'
import type { Config } from '../config.ts'
import { DomainError } from '../core/errors.ts'
import { prefixedUlid } from '../core/ids.ts'
import { hashPassword } from '../core/users/password.ts'
import { findProject, findUser, isoTime, print, readPassword, usage, withOperator } from './operator.ts'
import { statusOf } from './projects.ts'

const options = {
  project: { type: 'string' },
  email: { type: 'string' },
  status: { type: 'string' },
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
      default:
        throw usage('users create|list|set|disable')
    }
  })

  async function create(operator: Operator) {
    if (name === undefined) throw usage('users create NAME --project ID --password-stdin')
    const project = await findProject(operator, values.project)
    if (await operator.store.read.users.findByUsername(name))
      throw new DomainError('conflict', `There is a user "${name}" already.`)
    const now = operator.clock.now()
    const passwordHash = values['password-stdin'] ? await hashPassword(await readPassword()) : null
    const user = {
      id: prefixedUlid('us', now),
      username: name,
      project: project.id,
      email: values.email ?? null,
      passwordHash,
    }
    await operator.store.tx((tx) => tx.users.insert({ ...user, status: 'active', created: now }))
    process.stderr.write(`Made the user ${name}${passwordHash === null ? ', without a password yet' : ''}.\n`)
  }

  async function set(operator: Operator, status: 'active' | 'disabled' | undefined) {
    const user = await findUser(operator, name)
    const patch = {
      ...(status === undefined ? {} : { status }),
      ...(values.email === undefined ? {} : { email: values.email }),
      ...(values['password-stdin'] ? { passwordHash: await hashPassword(await readPassword()) } : {}),
    }
    await operator.store.tx((tx) => tx.users.update(user.id, patch))
    print([row(await findUser(operator, name))], values.json)
  }
}

function row({ username, project, email, status, passwordHash, created }: Awaited<ReturnType<typeof findUser>>) {
  return {
    username,
    project,
    email,
    status,
    password: passwordHash === null ? 'none' : 'set',
    created: isoTime(created),
  }
}
