/** What the operator's commands share: the database beside a running server, and printing. */
import { composeOperator, type Operator } from '../compose/operator.ts'
import type { Config } from '../config.ts'
import { DomainError } from '../core/errors.ts'
import type { Project, User } from '../core/projects/records.ts'

/** Runs `work` with the database open and closes it. */
export async function withOperator(config: Config, work: (operator: Operator) => Promise<void>): Promise<number> {
  const operator = await composeOperator(config)
  try {
    await work(operator)
    return 0
  } finally {
    await operator.close()
  }
}

/** Rows as aligned columns, or as JSON lines for programs. */
export function print(rows: readonly Record<string, unknown>[], json: boolean): void {
  if (json) {
    for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`)
    return
  }
  const [first] = rows
  if (first === undefined) return
  const names = Object.keys(first)
  const cells = [names.map((name) => name.toUpperCase()), ...rows.map((row) => names.map((name) => cell(row[name])))]
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  for (const line of cells)
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    )
}

const cell = (value: unknown) => String(value ?? '') || '-'

export async function findProject({ store }: Pick<Operator, 'store'>, id: string | undefined): Promise<Project> {
  const project = id === undefined ? undefined : await store.read.projects.find(id)
  if (project === undefined)
    throw new DomainError('not_found', `No project has the id "${id ?? ''}"; \`imagestead projects list\` shows them.`)
  return project
}

export async function findUser({ store }: Operator, name: string | undefined): Promise<User> {
  const user = name === undefined ? undefined : await store.read.users.findByUsername(name)
  if (user === undefined)
    throw new DomainError('not_found', `No user is named "${name ?? ''}"; \`imagestead users list\` shows them.`)
  return user
}

export const usage = (text: string) => new DomainError('invalid', `usage: imagestead ${text}`)

/** A password from standard input: never from an argument, which other processes can read. */
export async function readPassword(): Promise<string> {
  let text = ''
  process.stdin.setEncoding('utf8')
  for await (const chunk of process.stdin) text += chunk
  const password = text.replace(/\r?\n$/, '')
  if (password.length < 8)
    throw new DomainError('invalid', 'The password on standard input must have at least 8 characters.')
  return password
}

export const isoTime = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

/** A switch on the command line. */
export function onOff(name: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on'
  throw new DomainError('invalid', `${name} must be on or off.`)
}

/** `90s`, `30m`, `24h`, `7d` in milliseconds. */
export function duration(name: string, text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text)
  if (match === null) throw new DomainError('invalid', `${name} must be a time such as 30m, 24h or 7d.`)
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as 's' | 'm' | 'h' | 'd']
  return Number(match[1]) * unit
}

const longestGraceMs = 7 * 86_400_000

/** How long something that is replaced stays good: `now`, or a time of up to 7 days (media-library-api.md section 2.1). */
export function grace(text: string): number {
  const ms = text === 'now' ? 0 : duration('--grace', text)
  if (ms <= longestGraceMs) return ms
  throw new DomainError('invalid', '--grace must be now, or a time of up to 7d.')
}
