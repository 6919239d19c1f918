/** `imagestead projects create|list|set|disable`. */
import { parseArgs } from 'node:util'
import type { Operator } from '../compose.ts'
import type { Config } from '../config.ts'
import { DomainError } from '../core/errors.ts'
import { projectSettingsSchema } from '../core/projects/settings.ts'
import { findProject, isoTime, print, usage, withOperator } from './operator.ts'

const options = {
  name: { type: 'string' },
  status: { type: 'string' },
  auth: { type: 'string' },
  'file-deadline-ms': { type: 'string' },
  'webhook-format': { type: 'string' },
  json: { type: 'boolean', default: false },
} as const

export function projects(args: string[], config: Config): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [action, id] = positionals
  return withOperator(config, async (operator) => {
    switch (action) {
      case 'create':
        return create(operator, id, values.name)
      case 'list':
        return print((await operator.store.read.projects.list()).map(row), values.json)
      case 'set':
        return set(operator, id, values)
      case 'disable':
        return set(operator, id, { status: 'disabled' })
      default:
        throw usage('projects create|list|set|disable')
    }
  })

  async function create({ store, clock }: Operator, project: string | undefined, name = project ?? '') {
    if (project === undefined || !/^[a-z0-9][a-z0-9-]{0,30}$/.test(project)) {
      throw new DomainError('invalid', 'A project id has 1 to 31 lower-case letters, digits or hyphens.')
    }
    if (await store.read.projects.find(project))
      throw new DomainError('conflict', `There is a project "${project}" already.`)
    const settings = projectSettingsSchema.parse({})
    await store.tx((tx) => tx.projects.insert({ id: project, name, status: 'active', settings, created: clock.now() }))
    process.stderr.write(`Made the project ${project}. Give it keys: imagestead keys create --project ${project}\n`)
  }

  async function set(operator: Operator, project: string | undefined, changes: Partial<typeof values>) {
    const { id: known, name, status, settings } = await findProject(operator, project)
    const deadline = changes['file-deadline-ms']
    const tasks = {
      ...settings.tasks,
      ...(changes.auth === undefined ? {} : { auth: onOff('--auth', changes.auth) }),
      ...(deadline === undefined ? {} : { fileDeadlineMs: Number(deadline) }),
    }
    const webhooks = { ...settings.webhooks, ...webhookFormat(changes['webhook-format']) }
    const parsed = projectSettingsSchema.safeParse({ ...settings, tasks, webhooks })
    if (!parsed.success) throw new DomainError('invalid', 'file-deadline-ms must be a whole number above 0.')
    const patch = { name: changes.name ?? name, status: statusOf(changes.status) ?? status, settings: parsed.data }
    await operator.store.tx((tx) => tx.projects.update(known, patch))
    print([row({ ...(await findProject(operator, known)) })], changes.json ?? false)
  }
}

export function statusOf(text: string | undefined): 'active' | 'disabled' | undefined {
  if (text === undefined || text === 'active' || text === 'disabled') return text
  throw new DomainError('invalid', '--status must be active or disabled.')
}

function onOff(name: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on'
  throw new DomainError('invalid', `${name} must be on or off.`)
}

function webhookFormat(text: string | undefined): { format?: 'json' | 'form' } {
  if (text === undefined) return {}
  if (text === 'json' || text === 'form') return { format: text }
  throw new DomainError('invalid', '--webhook-format must be json or form.')
}

function row(project: Awaited<ReturnType<typeof findProject>>) {
  const { id, name, status, settings, created } = project
  const { tasks, webhooks } = settings
  return {
    id,
    name,
    status,
    auth: tasks.auth ? 'on' : 'off',
    webhook_format: webhooks.format,
    created: isoTime(created),
  }
}
