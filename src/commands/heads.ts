/** `imagestead heads list|train|use|delete`: what an owner's examples taught. */
import { parseArgs } from 'node:util'
import type { Operator } from '../compose/operator.ts'
import type { Config } from '../config.ts'
import { DomainError } from '../core/errors.ts'
import { createHeads, type LessonRequest } from '../core/vision/heads/heads.ts'
import type { Head } from '../core/vision/heads/records.ts'
import { type Label, labels } from '../core/vision/labels.ts'
import { findProject, isoTime, print, usage, withOperator } from './operator.ts'

const options = {
  project: { type: 'string' },
  folder: { type: 'string', multiple: true },
  tag: { type: 'string', multiple: true },
  use: { type: 'boolean', default: false },
  off: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

export function heads(args: string[], config: Config): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [action, id = ''] = positionals
  return withOperator(config, async (operator) => {
    if (action === undefined || !['list', 'train', 'use', 'delete'].includes(action))
      throw usage('heads list|train|use|delete --project ID')
    const { id: project } = await findProject(operator, values.project)
    const known = createHeads(operator)
    if (action === 'list') return print((await known.list(project)).map(row), values.json)
    if (action === 'train') {
      const lesson = lessonOf(values.folder ?? [], values.tag ?? [])
      print([row(await teach(operator, project, lesson, values.use))], values.json)
      process.stderr.write(
        `A running server trains it; \`imagestead heads list --project ${project}\` shows how it does.\n`,
      )
      return
    }
    if (action === 'use') return print([row(await known.use(project, id, !values.off))], values.json)
    await known.delete(project, id)
    process.stderr.write(`Deleted the head ${id}.\n`)
  })
}

function teach(operator: Operator, project: string, lesson: LessonRequest, use: boolean): Promise<Head> {
  return createHeads(operator).teach(project, lesson, { use, signal: new AbortController().signal })
}

function lessonOf(folders: readonly string[], tags: readonly string[]): LessonRequest {
  const examples = [
    ...folders.map((text) => pair('--folder', text, (folder) => ({ folder }))),
    ...tags.map((text) => pair('--tag', text, (tag) => ({ tag }))),
  ]
  if (examples.length === 0)
    throw usage('heads train --project ID --folder LABEL=/PATH ... [--tag LABEL=TAG ...] [--use]')
  return { kind: 'labels', examples }
}

function pair<Source>(option: string, text: string, of: (value: string) => Source): { label: Label; source: Source } {
  const [name = '', ...rest] = text.split('=')
  const label = labels.find((known) => known === name)
  if (label === undefined || rest.join('=') === '') {
    throw new DomainError(
      'invalid',
      `${option} must be LABEL=VALUE with one of ${labels.join(', ')}; "${text}" is not.`,
    )
  }
  return { label, source: of(rest.join('=')) }
}

function row({ id, kind, version, status, message, active, metrics, created }: Head) {
  const accuracy = metrics === null ? null : metrics.accuracy.toFixed(3)
  return { id, kind, version, status, active: active ? 'on' : 'off', accuracy, message, created: isoTime(created) }
}
