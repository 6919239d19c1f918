/** `imagestead projects create|list|set|disable`. */
import { parseArgs } from 'node:util'
import type { Operator } from '../compose/operator.ts'
import type { Config } from '../config.ts'
import { DomainError } from '../core/errors.ts'
import { isProjectId } from '../core/projects/project-id.ts'
import { projectSettingsSchema } from '../core/projects/settings.ts'
import { findProject, isoTime, print, usage, withOperator } from './operator.ts'
import { settingColumns, settingOptions, withOptions } from './project-settings.ts'

const options = {
  name: { type: 'string' },
  status: { type: 'string' },
  ...settingOptions,
  json: { type: 'boolean', default: false },
} as const

export function projects(args: string[], config: Config): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [action, id] = positionals
  return withOperator(config, async (operator) => {
    switch (action) {
      case 'create':
        return create(operator, id)
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

  async function create({ store, clock }: Operator, project: string | undefined) {
    if (project === undefined || !isProjectId(project)) {
      throw new DomainError(
        'invalid',
        'A project id has 1 to 31 lower-case letters, digits or hyphens, and is no path that the server itself answers to.',
      )
    }
    if (await store.read.projects.find(project))
      throw new DomainError('conflict', `There is a project "${project}" already.`)
    const settings = withOptions(projectSettingsSchema.parse({}), values)
    const name = values.name ?? project
    await store.tx((tx) => tx.projects.insert({ id: project, name, status: 'active', settings, created: clock.now() }))
    process.stderr.write(`Made the project ${project}. Give it keys: imagestead keys create --project ${project}\n`)
  }

  async function set(operator: Operator, project: string | undefined, changes: Partial<typeof values>) {
    const { id: known } = await findProject(operator, project)
    await operator.store.tx(async (tx) => {
      // Two operators at once: neither undoes the other's change.
      const before = await tx.projects.lock(known)
      if (before === undefined) return
      await tx.projects.update(known, {
        name: changes.name ?? before.name,
        status: statusOf(changes.status) ?? before.status,
        settings: withOptions(before.settings, changes),
      })
    })
    print([row(await findProject(operator, known))], values.json)
  }
}

export function statusOf(text: string | undefined): 'active' | 'disabled' | undefined {
  if (text === undefined || text === 'active' || text === 'disabled') return text
  throw new DomainError('invalid', '--status must be active or disabled.')
}

function row(project: Awaited<ReturnType<typeof findProject>>) {
  const { id, name, status, settings, created } = project
  return { id, name, status, ...settingColumns(settings), created: isoTime(created) }
}
