/** `POST /v1/process` (tasks-api.md section 5): synchronous, or in the background when `webhook` is present. */
import { z } from 'zod'
import type { Caller } from '../../core/caller.ts'
import { DomainError, invalid } from '../../core/errors.ts'
import { type FileKey, fileKeyOf, isSameFileKey } from '../../core/keys/file-key.ts'
import { findTask, requireTask, type TaskDetail } from '../../core/tasks/find.ts'
import type { TaskJobParams } from '../../core/tasks/params.ts'
import type { Task } from '../../core/tasks/records.ts'
import { type Submission, submitTask } from '../../core/tasks/submit.ts'
import { type Endpoint, type EndpointContext, serverOf } from './endpoint.ts'
import { fileKeyText, flag, integer, nameText, oneOf, parse, text } from './fields.ts'
import { filesLeftNow, remaining } from './remaining.ts'
import { taskFiles, taskSummary } from './resource.ts'
import { findTool, startableTool } from './tool-names.ts'
import { toolParams } from './tool-params.ts'

const turns = z.preprocess(
  (value) => (value === '' || value === null ? undefined : typeof value === 'string' ? Number(value) : value),
  z.union([z.literal(0), z.literal(90), z.literal(180), z.literal(270)], 'must be 0, 90, 180 or 270').default(0),
)

export const processSchema = z.object({
  task: text(200),
  tool: text(100),
  files: z.preprocess(
    (value) => (value === null || value === '' || value === undefined ? [] : value),
    z
      .array(
        z.object({ server_filename: text(200), filename: nameText, rotate: turns, password: text(1000) }),
        'must be a list of files',
      )
      .min(1, 'cannot be blank; name at least one uploaded file')
      .max(10_000, 'must be at most 10000'),
  ),
  ignore_errors: flag(true),
  output_filename: nameText,
  packaged_filename: nameText,
  try_image_repair: flag(true).optional(),
  try_repair: flag(true).optional(),
  try_pdf_repair: flag(true).optional(),
  custom_int: integer(-2_147_483_648, 2_147_483_647),
  custom_string: text(10_000),
  file_encryption_key: fileKeyText,
})

async function processTask(context: EndpointContext) {
  const { api, caller } = context
  const body = { ...context.params, ...context.body }
  const params = parse(processSchema, body)
  const keyed = { ...context, caller: { ...caller, fileKey: fileKeyFor(caller, params.file_encryption_key) } }
  if (params.task === undefined) throw invalid('task', 'task cannot be blank.')
  const task = await requireTask(api.deps, caller, params.task)
  const tool = startableTool(task.tool)
  if (params.tool !== undefined && findTool(params.tool) !== tool) {
    throw invalid('tool', `The task was started with the tool ${tool}; process it with the same.`)
  }
  const jobParams: TaskJobParams = {
    files: params.files.map(({ server_filename: name, filename, rotate, password }, index) => {
      if (name === undefined)
        throw invalid(`files[${index}].server_filename`, `files[${index}].server_filename cannot be blank.`)
      return {
        serverFilename: name,
        filename: filename ?? '',
        rotate,
        ...(password === undefined ? {} : { password }),
      }
    }),
    ignoreErrors: params.ignore_errors,
    tryRepair: repairWanted(body),
    outputFilename: params.output_filename ?? null,
    packagedFilename: params.packaged_filename ?? 'output',
    ...webhookOf(context, body.webhook),
    server: serverOf(context),
    tool: toolParams(tool, body),
  }
  const custom = { customInt: params.custom_int ?? null, customString: params.custom_string ?? null }
  return run(keyed, { id: params.task, params: jobParams, ...custom })
}

/** The claim is the key's primary place, the parameter its fallback (section 11). */
function fileKeyFor({ fileKey }: Caller, given: string | undefined): FileKey | undefined {
  if (given === undefined) return fileKey
  const key = fileKeyOf(given)
  if (fileKey === undefined || isSameFileKey(fileKey, key)) return key
  throw invalid(
    'file_encryption_key',
    "file_encryption_key differs from the token's claim of this name; send one of them, or both equal.",
  )
}

/** PHP says `try_repair`, the PDF clients `try_pdf_repair`; the first that is given counts. */
function repairWanted(body: Record<string, unknown>): boolean {
  const name = ['try_image_repair', 'try_repair', 'try_pdf_repair'].find(
    (alias) => body[alias] !== undefined && body[alias] !== null,
  )
  return name === undefined ? true : parse(z.object({ [name]: flag(true) }), body)[name] === true
}

const maxWebhookLength = 2048

/** "absent is not the empty string": present means in the background (section 5.5). */
function webhookOf({ api }: EndpointContext, webhook: unknown): { webhook?: string } {
  if (webhook === undefined || webhook === null) return {}
  if (typeof webhook !== 'string') throw invalid('webhook', 'webhook must be a URL, or empty for polling.')
  const url = webhook.trim()
  if (url === '') return { webhook: '' }
  if (url.length > maxWebhookLength) throw invalid('webhook', `webhook must be at most ${maxWebhookLength} characters.`)
  try {
    api.deps.fetcher.check(url)
  } catch (error) {
    throw invalid('webhook', error instanceof DomainError ? error.message : 'webhook is not a valid URL.')
  }
  if (api.deps.isOwnUrl(url)) {
    throw invalid('webhook', 'webhook is an address of this server itself; give the address of your own program.')
  }
  return { webhook: url }
}

async function run(context: EndpointContext, submission: Submission) {
  const { api, caller } = context
  if (submission.params.webhook !== undefined) {
    const task = await runInBackground(context, submission)
    return { ...taskSummary(task, serverOf(context)), timer: '0' }
  }
  const leave = api.enterProcess()
  try {
    const { job } = await submitTask(api.deps, caller, submission)
    await api.runNow(job)
  } finally {
    leave()
  }
  return processAnswer(context, await findTask(api.deps, caller, submission.id))
}

/** Any worker takes it up; an encrypted task this node itself, within the places for requests that process. */
async function runInBackground({ api, caller }: EndpointContext, submission: Submission): Promise<Task> {
  const leave = caller.fileKey === undefined ? () => undefined : api.enterProcess()
  const { task, job, runsHere } = await submitTask(api.deps, caller, submission).catch((error: unknown) => {
    leave()
    throw error
  })
  // Failures are in the log and in the task's status.
  if (runsHere) void api.runNow(job).then(leave, leave)
  return task
}

async function processAnswer(context: EndpointContext, detail: TaskDetail) {
  const failed = detail.results.filter(({ status }) => status !== 'FileSuccess')
  const listed = failed.map(({ serverFilename, filename, status, timerMs, filesize, message }) => ({
    server_filename: serverFilename,
    filename,
    error: status,
    status,
    message,
    timer: timerMs / 1000,
    filesize,
  }))
  // Waiting again: a password is missing or wrong, and may come with the next request (section 5.3).
  if (detail.task.status === 'TaskError' || detail.task.status === 'TaskWaiting') {
    const message = `The files of this task could not be processed: ${listed[0]?.message ?? 'see the params'}`
    const error = { type: 'ProcessingError', message, code: '400', param: listed }
    context.reply.code(400)
    return { error }
  }
  const left = remaining(await filesLeftNow(context))
  // `files` is more than the vendor sends: a file's message says when its original was kept.
  return { ...taskSummary(detail.task, serverOf(context)), ...left, warnings: listed, files: taskFiles(detail) }
}

export const statusFilter = oneOf([
  'TaskWaiting',
  'TaskProcessing',
  'TaskSuccess',
  'TaskSuccessWithWarnings',
  'TaskError',
  'TaskDeleted',
  'TaskNotFound',
])

export const processEndpoints: Endpoint[] = [
  { method: 'POST', path: '/process', level: 'write', creates: true, body: 'fields', handle: processTask },
]
