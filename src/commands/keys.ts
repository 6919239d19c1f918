/** `imagestead keys create|list|roll|disable`. Secrets are printed when they are made, and of pairs by --reveal. */
import { parseArgs } from 'node:util'
import type { Operator } from '../compose/operator.ts'
import type { Config } from '../config.ts'
import { DomainError } from '../core/errors.ts'
import type { Key } from '../core/keys/records.ts'
import { parseScopes, scopesText } from '../core/keys/scopes.ts'
import { rollMediaKey } from '../core/sites/media-keys.ts'
import { findProject, findUser, grace, isoTime, print, usage, withOperator } from './operator.ts'

const options = {
  project: { type: 'string' },
  kind: { type: 'string', default: 'pair' },
  user: { type: 'string' },
  label: { type: 'string', default: '' },
  email: { type: 'string' },
  scope: { type: 'string', multiple: true },
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
    const { kind, label } = values
    if (kind === 'client') return createClientKey(operator)
    const project = (await findProject(operator, values.project ?? config.BOOTSTRAP_PROJECT)).id
    if (kind === 'pair') {
      const scopes = values.scope === undefined ? null : parseScopes(values.scope)
      return printPair(await operator.store.tx((tx) => operator.keys.createPair(tx, { project, label, scopes })))
    }
    if (values.scope !== undefined) throw new DomainError('invalid', '--scope restricts pairs only; leave it out.')
    if (kind !== 'site') throw new DomainError('invalid', '--kind must be pair, client or site.')
    const user =
      values.user === undefined
        ? await operator.store.read.users.firstOf(project)
        : await findUser(operator, values.user)
    if (user === undefined) throw usage('keys create --kind site --user NAME')
    const made = await operator.store.tx((tx) => operator.siteKeys.create(tx, { user, name: label || 'operator' }))
    print([{ id: made.key.id, kind, user: user.username, secret: made.secret }], values.json)
  }

  /** For one end user of an account, whose project it takes. */
  async function createClientKey(operator: Operator) {
    const { user: name, label, email } = values
    if (name === undefined || label === '' || email === undefined || values.scope !== undefined) {
      throw usage('keys create --kind client --user NAME --label "WHO IT IS FOR" --email ADDRESS')
    }
    const [made] = await operator.clientKeys.create(await findUser(operator, name), [{ name: label, email }])
    print([{ id: made?.id, kind: 'client', name: label, secret: made?.secret }], values.json)
  }

  async function list(operator: Operator) {
    const projects =
      values.project === undefined
        ? await operator.store.read.projects.list()
        : [await findProject(operator, values.project)]
    const found = (await Promise.all(projects.map((project) => operator.store.read.keys.list(project.id)))).flat()
    const names = new Map((await operator.store.read.users.list()).map(({ id, username }) => [id, username]))
    print(
      found.map((key) => row(operator, key, names.get(key.user ?? '') ?? null)),
      values.json,
    )
  }

  async function roll(operator: Operator) {
    if (id === undefined) throw usage('keys roll ID|site-media [--grace now|1h|24h|3d|7d]')
    if (id === 'site-media') return rollSiteMedia(operator)
    const graceMs = grace(values.grace)
    const made = await operator.store.tx((tx) => operator.keys.roll(tx, id, graceMs))
    process.stderr.write(
      graceMs === 0 ? 'The old pair ends now.\n' : `The old pair works for another ${values.grace}.\n`,
    )
    printPair(made)
  }

  /** What signs links to photos and films; nobody holds it, so nothing is printed but its number. */
  async function rollSiteMedia({ store, clock }: Operator) {
    const number = await rollMediaKey({ store, clock })
    process.stderr.write('Links given from now on are signed with the new key; those of the key before last end now.\n')
    print([{ id: 'site-media', number }], values.json)
  }

  async function disable({ store }: Operator) {
    const done = id !== undefined && (await store.tx((tx) => tx.keys.update(id, { status: 'disabled' })))
    if (!done)
      throw new DomainError('not_found', `No key has the id "${id ?? ''}"; \`imagestead keys list\` shows them.`)
    process.stderr.write('The key is disabled.\n')
  }

  function printPair({ key, secretKey }: { key: Key; secretKey: string }) {
    const scopes = scopesText(key.scopes)
    print([{ id: key.id, public_key: key.publicKey, secret_key: secretKey, scopes }], values.json)
  }

  function row(operator: Operator, key: Key, user: string | null) {
    const { id, project, kind, label, publicKey, scopes, camera, status, expires, used, created } = key
    const secret = values.reveal && kind === 'pair' ? { secret_key: operator.keys.secretOf(key) } : {}
    return {
      id,
      project,
      kind,
      user,
      label,
      // Of keys that are one secret text its beginning.
      public_key: publicKey,
      ...secret,
      scopes: kind === 'pair' ? scopesText(scopes) : null,
      camera,
      status,
      expires: isoTime(expires),
      last_used: isoTime(used),
      created: isoTime(created),
    }
  }
}
