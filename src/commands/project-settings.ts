/** Per-project settings as options of `imagestead projects create|set`, and as columns of `list`. */
import { DomainError } from '../core/errors.ts'
import { type ProjectSettings, projectSettingsSchema } from '../core/projects/settings.ts'
import { onOff } from './operator.ts'

export const settingOptions = {
  auth: { type: 'string' },
  'file-deadline-ms': { type: 'string' },
  'monthly-files': { type: 'string' },
  'storage-bytes': { type: 'string' },
  ips: { type: 'string' },
  domains: { type: 'string' },
  'webhook-format': { type: 'string' },
  'restrict-unsigned': { type: 'string' },
  'restrict-unnamed': { type: 'string' },
  avif: { type: 'string' },
  optimise: { type: 'string' },
  'image-allowed-ips': { type: 'string' },
  'image-blocked-ips': { type: 'string' },
  'image-allowed-referrers': { type: 'string' },
  'image-blocked-referrers': { type: 'string' },
  'image-blocked-agents': { type: 'string' },
  'pre-transformation': { type: 'string' },
  'post-transformations': { type: 'string' },
  'score-on-ingest': { type: 'string' },
  'moderation-threshold': { type: 'string' },
} as const

type Given = { readonly [Name in keyof typeof settingOptions]?: string | undefined }

/** The settings with what the options change. @throws DomainError invalid, naming the option */
export function withOptions(settings: ProjectSettings, given: Given): ProjectSettings {
  const { tasks, filters, limits, library, scoring, webhooks } = settings
  const changed = {
    ...settings,
    tasks: {
      ...tasks,
      auth: given.auth === undefined ? tasks.auth : onOff('--auth', given.auth),
      fileDeadlineMs: optionalNumber(given['file-deadline-ms'], 'default', tasks.fileDeadlineMs),
    },
    filters: { ips: list(given.ips) ?? filters.ips, domains: list(given.domains) ?? filters.domains },
    limits: {
      ...limits,
      monthlyFiles: optionalNumber(given['monthly-files'], 'unlimited', limits.monthlyFiles),
      storageBytes: optionalNumber(given['storage-bytes'], 'unlimited', limits.storageBytes),
    },
    library: {
      ...library,
      preTransformation: optionalText(given['pre-transformation'], library.preTransformation),
      postTransformations: texts(given['post-transformations']) ?? library.postTransformations,
    },
    scoring: {
      ...scoring,
      onIngest:
        given['score-on-ingest'] === undefined
          ? scoring.onIngest
          : onOff('--score-on-ingest', given['score-on-ingest']),
      moderationThreshold:
        given['moderation-threshold'] === undefined
          ? scoring.moderationThreshold
          : Number(given['moderation-threshold']),
    },
    webhooks: { ...webhooks, format: given['webhook-format'] ?? webhooks.format },
    delivery: deliveryWith(settings.delivery, given),
  }
  const parsed = projectSettingsSchema.safeParse(changed)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const [section, name, index] = issue?.path ?? []
  switch (`${String(section)}.${String(name)}`) {
    case 'tasks.fileDeadlineMs':
      throw refused('--file-deadline-ms must be a whole number above 0, or "default".')
    case 'limits.monthlyFiles':
      throw refused('--monthly-files must be a whole number from 1 to 200000000, or "unlimited".')
    case 'limits.storageBytes':
      throw refused('--storage-bytes must be a whole number, or "unlimited".')
    case 'scoring.moderationThreshold':
      throw refused('--moderation-threshold must be a number from 0 to 1.')
    case 'webhooks.format':
      throw refused('--webhook-format must be json or form.')
    case 'delivery.clients': {
      const option = clientOptions.find(([member]) => member === index)?.[1]
      throw refused(`--${option} ${issue?.message ?? 'is wrong'}. "none" empties the list.`)
    }
    case 'library.preTransformation':
      throw refused(`--pre-transformation ${issue?.message ?? 'is wrong'}. "none" takes it away.`)
    case 'library.postTransformations': {
      const which = typeof index === 'number' ? ` "${texts(given['post-transformations'])?.[index]}"` : ''
      throw refused(`--post-transformations${which} ${issue?.message ?? 'is wrong'}. "none" empties the list.`)
    }
    case 'filters.ips':
    case 'filters.domains': {
      const entry = name === 'ips' ? list(given.ips) : list(given.domains)
      const which = typeof index === 'number' ? ` "${entry?.[index]}"` : ''
      throw refused(`--${String(name)}${which} ${issue?.message ?? 'is wrong'}. "none" empties the list.`)
    }
    default:
      throw refused(`${(issue?.path ?? []).join('.')}: ${issue?.message ?? 'is wrong'}.`)
  }
}

/** What `list` and `set` show. */
export function settingColumns({ tasks, filters, limits, library, scoring, webhooks, delivery }: ProjectSettings) {
  return {
    auth: tasks.auth ? 'on' : 'off',
    monthly_files: limits.monthlyFiles ?? 'unlimited',
    storage_bytes: limits.storageBytes ?? 'unlimited',
    file_deadline_ms: tasks.fileDeadlineMs ?? 'default',
    ips: filters.ips,
    domains: filters.domains,
    webhook_format: webhooks.format,
    pre_transformation: library.preTransformation ?? 'none',
    post_transformations: library.postTransformations,
    score_on_ingest: scoring.onIngest ? 'on' : 'off',
    moderation_threshold: scoring.moderationThreshold,
    restrict_unsigned: delivery.restrictUnsigned ? 'on' : 'off',
    restrict_unnamed: delivery.restrictUnnamed ? 'on' : 'off',
    avif: delivery.avif ? 'on' : 'off',
    optimise: delivery.optimise ? 'on' : 'off',
    ...Object.fromEntries(
      clientOptions.map(([member, option]) => [option.replaceAll('-', '_'), delivery.clients[member]]),
    ),
  }
}

type Delivery = ProjectSettings['delivery']

const clientOptions = [
  ['allowedIps', 'image-allowed-ips'],
  ['blockedIps', 'image-blocked-ips'],
  ['allowedReferrers', 'image-allowed-referrers'],
  ['blockedReferrers', 'image-blocked-referrers'],
  ['blockedAgents', 'image-blocked-agents'],
] as const satisfies readonly (readonly [keyof Delivery['clients'], keyof Given])[]

/** Image URLs: what is allowed there, and to whom. */
function deliveryWith(before: Delivery, given: Given) {
  const flag = (option: 'restrict-unsigned' | 'restrict-unnamed' | 'avif' | 'optimise', now: boolean) =>
    given[option] === undefined ? now : onOff(`--${option}`, given[option])
  return {
    restrictUnsigned: flag('restrict-unsigned', before.restrictUnsigned),
    restrictUnnamed: flag('restrict-unnamed', before.restrictUnnamed),
    avif: flag('avif', before.avif),
    optimise: flag('optimise', before.optimise),
    clients: Object.fromEntries(
      clientOptions.map(([member, option]) => [member, list(given[option]) ?? before.clients[member]]),
    ),
  }
}

/** `word` (or nothing) takes the setting away. */
function optionalNumber(text: string | undefined, word: string, before: number | undefined): number | undefined {
  if (text === undefined) return before
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.toLowerCase() === word) return undefined
  return /^\d+$/.test(trimmed) ? Number(trimmed) : Number.NaN
}

/** Empty or `none` takes the text away. */
function optionalText(text: string | undefined, before: string | undefined): string | undefined {
  if (text === undefined) return before
  return ['', 'none'].includes(text.trim().toLowerCase()) ? undefined : text
}

/** A JSON array, or one text, which may have commas. */
const texts = (text: string | undefined) => (text?.trim().startsWith('[') ? list(text) : oneText(text))
const oneText = (text: string | undefined) =>
  text === undefined ? undefined : [optionalText(text, undefined) ?? []].flat()

/** Comma-separated, or a JSON array; empty or `none`: an empty list. Undefined: not given. */
function list(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined
  const trimmed = text.trim()
  if (trimmed.toLowerCase() === 'none') return []
  if (!trimmed.startsWith('[')) return trimmed.split(',').flatMap((part) => part.trim() || [])
  try {
    return (JSON.parse(trimmed) as unknown[]).map((part) => String(part).trim())
  } catch {
    throw refused(`A list is comma-separated, or a JSON array of texts; ${trimmed.slice(0, 60)} is neither.`)
  }
}

const refused = (message: string) => new DomainError('invalid', message)
