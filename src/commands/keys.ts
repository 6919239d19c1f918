/** `imagestead keys create|list|roll|disable`. Secrets are printed when they are made, and of pairs by --reveal. */
import { parseArgs } from 'node:util'
import type { Operator } from '../compose.ts'
import type { Config } from '../config.ts'
import { DomainError } from '../core/errors.ts'
import type { Key } from '../core/keys/records.ts'
import { duration, findProject, findUser, isoTime, print, usage, withOperator } from './operator.ts'

const options = {
  project: { type: 'string' },
  kind: { type: 'string', default: 'pair' },
  user: { type: 'string' },
  label: { type: 'string', default: '' },
  grace: { type: 'string', default: '24h' },
  reveal: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

export function keys(args: string[], config: Config): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [action, id] = positionals
  return withOperator(config, async (operator) => {
    switch (action) {
      case 'create':
        return create(operator)
      case 'list':
        return list(operator)
      case 'roll':
        return roll(operator)
      case 'disable':
        return disable(operator)
      default:
        throw usage('keys create|list|roll|disable')
    }
  })

  async function create(operator: Operator) {
    const project = (await findProject(operator, values.project ?? config.BOOTSTRAP_PROJECT)).id
    const { kind, label } = values
    if (kind === 'pair') {
      const made = await operator.store.tx((tx) => operator.keys.createPair(tx, { project, label }))
      return print([{ id: made.key.id, public_key: made.key.publicKey, secret_key: made.secretKey }], values.json)
    }
    if (kind !== 'client' && kind !== 'site') throw new DomainError('invalid', '--kind must be pair, client or site.')
    const user = values.user === undefined ? null : (await findUser(operator, values.user)).id
    const made = await operator.store.tx((tx) => operator.keys.createHashed(tx, { kind, project, user, label }))
    print([{ id: made.key.id, kind, secret: made.secret }], values.json)
  }

  async function list(operator: Operator) {
    const projects =
      values.project === undefined
        ? await operator.store.read.projects.list()
        : [await findProject(operator, values.project)]
    const found = (await Promise.all(projects.map((project) => operator.store.read.keys.list(project.id)))).flat()
    print(
      found.map((key) => row(operator, key)),
      values.json,
    )
  }

  async function roll(operator: Operator) {
    if (id === undefined) throw usage('keys roll ID [--grace 24h]')
    const made = await operator.store.tx((tx) => operator.keys.roll(tx, id, duration('--grace', values.grace)))
    process.stderr.write(`The old pair works for another ${values.grace}.\n`)
    print([{ id: made.key.id, public_key: made.key.publicKey, secret_key: made.secretKey }], values.json)
  }

  async function disable({ store }: Operator) {
    const done = id !== undefined && (await store.tx((tx) => tx.keys.update(id, { status: 'disabled' })))
    if (!done)
      throw new DomainError('not_found', `No key has the id "${id ?? ''}"; \`imagestead keys list\` shows them.`)
    process.stderr.write('The key is disabled.\n')
  }

  function row(operator: Operator, key: Key) {
    const { id, project, kind, label, publicKey, status, expires, created } = key
    const secret = values.reveal && kind === 'pair' ? { secret_key: operator.keys.secretOf(key) } : {}
    return {
      id,
      project,
      kind,
      label,
      public_key: publicKey,
      ...secret,
      status,
      expires: isoTime(expires),
      created: isoTime(created),
    }
  }
}
