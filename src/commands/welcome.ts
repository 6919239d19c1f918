/** `imagestead welcome`: a new one-time link that shows a project's keys; it replaces every earlier one. */
import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { createWelcome } from '../core/welcome/welcome.ts'
import { findProject, withOperator } from './operator.ts'

export function welcome(args: string[], config: Config): Promise<number> {
  const { values } = parseArgs({ args, options: { project: { type: 'string' } } })
  return withOperator(config, async (operator) => {
    const project = await findProject(operator, values.project ?? config.BOOTSTRAP_PROJECT)
    const { PUBLIC_URL: publicUrl = `http://127.0.0.1:${config.PORT}` } = config
    const token = await createWelcome({ ...operator, publicUrl }).mint(project.id)
    process.stdout.write(`${publicUrl}/?welcome=${token}\n`)
  })
}
