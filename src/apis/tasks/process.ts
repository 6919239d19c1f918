/** `POST /v1/process` (tasks-api.md section 5): synchronous, or in the background when `webhook` is present. */
import { z } from 'zod'
import { DomainError, invalid } from '../../core/errors.ts'
import { findTask, type TaskDetail } from '../../core/tasks/find.ts'
import type { TaskJobParams } from '../../core/tasks/params.ts'
import { submitTask } from '../../core/tasks/submit.ts'
import { readBody } from '../../http/body.ts'
import { type Endpoint, type EndpointContext, remaining, serverOf } from './endpoint.ts'
import { flag, integer, nameText, oneOf, parse, text } from './fields.ts'
import { taskSummary } from './resource.ts'
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
      .array(z.object({ server_filename: text(200), filename: nameText, rotate: turns }), 'must be a list of files')
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
  file_encryption_key: text(100),
})

async function processTask(context: EndpointContext) {
  const { api, caller, request } = context
  const body = { ...context.params, ...(await readBody(request.raw, api.bodyLimits)) }
  const params = parse(processSchema, body)
  if (params.file_encryption_key !== undefined || context.encryptionKey !== undefined) {
    throw invalid(
      'file_encryption_key',
      'File encryption is not available yet in this release; leave file_encryption_key out.',
    )
  }
  if (params.task === undefined) throw invalid('task', 'task cannot be blank.')
  const { task } = await findTask(api.deps, caller, params.task)
  const tool = startableTool(task.tool)
  if (params.tool !== undefined && findTool(params.tool) !== tool) {
    throw invalid('tool', `The task was started with the tool ${tool}; process it with the same.`)
  }
  const jobParams: TaskJobParams = {
    files: params.files.map(({ server_filename: name, filename, rotate }, index) => {
      if (name === undefined)
        throw invalid(`files[${index}].server_filename`, `files[${index}].server_filename cannot be blank.`)
      return { serverFilename: name, filename: filename ?? '', rotate }
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
  return run(context, { id: params.task, params: jobParams, ...custom })
}

/** PHP says `try_repair`, the PDF clients `try_pdf_repair`; the first that is given counts. */
function repairWanted(body: Record<string, unknown>): boolean {
  const name = ['try_image_repair', 'try_repair', 'try_pdf_repair'].find(
    (alias) => body[alias] !== undefined && body[alias] !== null,
  )
  return name === undefined ? true : parse(z.object({ [name]: flag(true) }), body)[name] === true
}

/** "absent is not the empty string": present means in the background (section 5.5). */
function webhookOf({ api }: EndpointContext, webhook: unknown): { webhook?: string } {
  if (webhook === undefined || webhook === null) return {}
  if (typeof webhook !== 'string') throw invalid('webhook', 'webhook must be a URL, or empty for polling.')
  const url = webhook.trim()
  if (url === '') return { webhook: '' }
  try {
    api.deps.fetcher.check(url)
  } catch (error) {
    throw invalid('webhook', error instanceof DomainError ? error.message : 'webhook is not a valid URL.')
  }
  return { webhook: url }
}

async function run(context: EndpointContext, submission: Parameters<typeof submitTask>[2]) {
  const { api, caller } = context
  if (submission.params.webhook !== undefined) {
    const { task } = await submitTask(api.deps, caller, submission)
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

function processAnswer(context: EndpointContext, detail: TaskDetail) {
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
  if (detail.task.status === 'TaskError') {
    const message = `The files of this task could not be processed: ${listed[0]?.message ?? 'see the params'}`
    const error = { type: 'ProcessingError', message, code: '400', param: listed }
    return context.reply.code(400).send({ error })
  }
  const notes = detail.results.flatMap(({ serverFilename, filename, status, message }) =>
    status === 'FileSuccess' && message !== '' ? [{ server_filename: serverFilename, filename, message }] : [],
  )
  const said = notes.length === 0 ? {} : { notes }
  return { ...taskSummary(detail.task, serverOf(context)), ...remaining, warnings: listed, ...said }
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

export const processEndpoints: Endpoint[] = [{ method: 'POST', path: '/process', handle: processTask }]
