/** Tools by their full and short names, in any letter case (tasks-api.md section 3). */
import { DomainError } from '../../core/errors.ts'
import type { TaskJobParams } from '../../core/tasks/params.ts'
import { type Tool, tools } from '../../core/tasks/records.ts'

const byName = new Map<string, Tool>(
  tools.flatMap((tool) => [
    [tool, tool],
    [tool.replace(/image$/, ''), tool],
  ]),
)

/** Tools that this release can run. */
export const availableTools = [
  'resizeimage',
  'cropimage',
  'compressimage',
  'convertimage',
  'watermarkimage',
  'rotateimage',
  'repairimage',
  'upscaleimage',
  'removebackgroundimage',
] as const satisfies readonly TaskJobParams['tool']['tool'][]
export type AvailableTool = (typeof availableTools)[number]

export const findTool = (name: string): Tool | undefined => byName.get(name.trim().toLowerCase())

/** @throws DomainError invalid (no such tool), unsupported_format (known, not available yet), both with param `tool` */
export function startableTool(name: string): AvailableTool {
  const tool = findTool(name)
  if (tool === undefined) {
    throw new DomainError(
      'invalid',
      `There is no tool "${name.slice(0, 40)}"; the tools are ${availableTools.join(', ')}.`,
      { param: 'tool' },
    )
  }
  const available = availableTools.find((candidate) => candidate === tool)
  if (available === undefined) {
    throw new DomainError(
      'invalid',
      `The tool ${tool} is not available yet in this release; available are ${availableTools.join(', ')}.`,
      {
        param: 'tool',
      },
    )
  }
  return available
}
