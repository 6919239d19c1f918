/** `imagestead score`: asks a running server's jobs to score a library, and shows how far they are. */
import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { beginScoring } from '../core/scorings/library.ts'
import type { Scoring } from '../core/vision/records.ts'
import { findProject, isoTime, print, usage, withOperator } from './operator.ts'

const options = {
  project: { type: 'string' },
  folder: { type: 'string' },
  again: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

const shown = 20

export function score(args: string[], config: Config): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [action] = positionals
  if (action !== undefined && action !== 'list') {
    throw usage('score --project ID [--folder /PATH] [--again] | score list --project ID')
  }
  return withOperator(config, async (operator) => {
    const { id: project } = await findProject(operator, values.project)
    if (action === 'list') {
      print((await operator.store.read.scorings.list(project, shown)).map(row), values.json)
      return
    }
    const scoring = await beginScoring(operator, { project, folderPath: values.folder, again: values.again })
    print([row(scoring)], values.json)
    process.stderr.write(
      `A running server does it; \`imagestead score list --project ${project}\` shows how far it is.\n`,
    )
  })
}

function row({ id, path, again, status, scored, skipped, failed, created, finished }: Scoring) {
  const counts = { scored, skipped, failed }
  return { id, folder: path || '/', again, status, ...counts, created: isoTime(created), finished: isoTime(finished) }
}
