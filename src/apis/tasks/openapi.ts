/** The Tasks API as an OpenAPI 3.1 document, made from the schemas that validate its parameters. */
import { documentHead, type Json, pathParameter as path, schemaOf, withFile } from '../../http/openapi.ts'
import { version } from '../../paths.ts'
import { processSchema } from './process.ts'
import { listSchema, nextSchema } from './task.ts'
import { availableTools } from './tool-names.ts'
import { compressSchema, convertSchema, cropSchema, resizeSchema, upscaleSchema } from './tool-params.ts'
import { uploadSchema } from './upload.ts'
import { uploadDeleteSchema } from './upload-delete.ts'
import { watermarkSchema } from './watermark-params.ts'

/** A body in each encoding; `example` is of the JSON one. */
const inForms = (schema: Json, example: Json): Json => ({
  'application/json': { schema, example },
  'application/x-www-form-urlencoded': { schema },
  'multipart/form-data': { schema },
})

const answer = (description: string, example: unknown): Json => ({
  '200': { description, content: { 'application/json': { schema: { type: 'object' }, example } } },
  '400': { $ref: '#/components/responses/Refused' },
  '401': { $ref: '#/components/responses/Unauthorized' },
  '429': { $ref: '#/components/responses/Limited' },
  '503': { $ref: '#/components/responses/Busy' },
})

/** `publicUrl`: the server's configured address; unset: the address the page was loaded from. */
export function tasksOpenApi(publicUrl: string | undefined): Json {
  const about =
    'Start a task, upload images to it, process them with one tool, download the result. Compatible with the iLoveIMG / iLoveAPI image REST API v1: point an existing client at this server and give it this server’s keys. Any call with debug=true answers what was received and does nothing.'
  return {
    ...documentHead('Imagestead Tasks API', version, about, publicUrl),
    security: [{ token: [] }],
    paths: paths(),
    components: { securitySchemes, responses },
  }
}

function paths(): Json {
  const task = path('task', 'Id that /v1/start answered')
  return {
    '/v1/auth': { post: auth },
    '/v1/start/{tool}': { get: start },
    '/v1/upload': { post: upload, delete: removeUpload('Delete an upload (ids in the body)') },
    '/v1/upload/{task}/{server_filename}': {
      delete: {
        ...removeUpload('Delete an upload'),
        parameters: [task, path('server_filename', 'Name that the upload answered')],
        requestBody: undefined,
      },
    },
    '/v1/upload/delete': { post: removeUpload('Delete an upload (for clients without DELETE)') },
    '/v1/process': { post: process },
    '/v1/download/{task}': { get: { ...download, parameters: [task] } },
    '/v1/task/{task}': {
      get: {
        tags: ['Tasks'],
        summary: 'Status of a task',
        parameters: [task],
        responses: { ...answer('The task with its files', taskExample), '404': unknown },
      },
      delete: {
        tags: ['Tasks'],
        summary: 'Delete a task with all its files',
        parameters: [task],
        responses: { ...answer('The task as it was', { ...taskExample, status: 'TaskDeleted' }), '404': unknown },
      },
    },
    '/v1/task': { post: list },
    '/v1/task/next': { post: next },
    '/v1/info': {
      get: {
        tags: ['Account'],
        summary: 'What is left of the month',
        responses: answer('Remaining files', left),
      },
    },
  }
}

/** Of a project with 250 files a month; unlimited is told as 1,000,000. */
const left = { remaining_files: 249, remaining_credits: 2490, remaining_pages: 498 }

const taskExample = {
  tool: 'resizeimage',
  process_start: '2026-03-02 09:36:45',
  status: 'TaskSuccess',
  status_message: 'Success',
  timer: '0.258',
  filesize: 184_220,
  output_filesize: 60_210,
  output_filenumber: 1,
  output_extensions: ['jpg'],
  server: '127.0.0.1:8080',
  task: 'g27d4mrsg3ztmnz5d3njg235pftfmhv2spvj0z6cbcbq7p12',
  download_filename: 'beach.jpg',
}

const auth = {
  tags: ['Account'],
  summary: 'A token for a public key, valid for two hours',
  security: [],
  requestBody: {
    required: true,
    content: inForms(
      { type: 'object', required: ['public_key'], properties: { public_key: { type: 'string' } } },
      { public_key: 'YOUR_PUBLIC_KEY' },
    ),
  },
  responses: answer('The token', { token: 'eyJhbGciOiJIUzI1NiJ9.…' }),
}

const start = {
  tags: ['Tasks'],
  summary: 'Start a task for one tool',
  parameters: [
    {
      ...path('tool', 'Full or short name, e.g. resizeimage or resize', { enum: availableTools }),
      example: 'resizeimage',
    },
  ],
  responses: answer('The task, and the authority that the next calls go to', {
    server: '127.0.0.1:8080',
    task: taskExample.task,
    ...left,
  }),
  'x-keep': { task: 'task' },
}

const uploadedName = '9f2c1c0f7d5e4b6a8c3d2e1f0a9b8c7d.jpg'

const upload = {
  tags: ['Files'],
  summary: 'Upload a file, a chunk of one, or a URL',
  requestBody: {
    required: true,
    content: {
      'multipart/form-data': { schema: withFile(schemaOf(uploadSchema)), example: { task: taskExample.task } },
      'application/json': { schema: schemaOf(uploadSchema) },
      'application/x-www-form-urlencoded': { schema: schemaOf(uploadSchema) },
    },
  },
  responses: {
    ...answer('The stored file', {
      server_filename: uploadedName,
      filename: 'beach.jpg',
      filesize: 184_220,
      width: 1600,
      height: 1067,
    }),
    '413': { $ref: '#/components/responses/Refused' },
  },
  'x-keep': { server_filename: 'server_filename' },
}

const removeUpload = (summary: string) => ({
  tags: ['Files'],
  summary,
  requestBody: {
    content: inForms(schemaOf(uploadDeleteSchema), { task: taskExample.task, server_filename: uploadedName }),
  },
  responses: answer('Deleted', { success: true }),
})

const toolSchemas = {
  resizeimage: resizeSchema,
  cropimage: cropSchema,
  compressimage: compressSchema,
  convertimage: convertSchema,
  watermarkimage: watermarkSchema,
  upscaleimage: upscaleSchema,
}

const processExample = {
  task: taskExample.task,
  tool: 'resizeimage',
  pixels_width: 800,
  files: [{ server_filename: uploadedName, filename: 'beach.jpg' }],
}

const process = {
  tags: ['Tasks'],
  summary: 'Process the files; answers when done, or at once when webhook is present',
  requestBody: {
    required: true,
    content: inForms(
      {
        allOf: [
          { ...schemaOf(processSchema), required: ['task', 'files'] },
          {
            type: 'object',
            properties: {
              webhook: { type: 'string', description: 'A URL to be told at; empty: in the background, poll the task' },
            },
          },
          {
            anyOf: [
              ...Object.entries(toolSchemas).map(([tool, schema]) => ({ title: tool, ...schemaOf(schema) })),
              { title: 'rotateimage', type: 'object' },
            ],
          },
        ],
      },
      processExample,
    ),
  },
  responses: answer('What came of it', taskExample),
}

const download = {
  tags: ['Files'],
  summary: 'The result: one file as itself, several as a ZIP; ranges and HEAD work',
  responses: {
    ...answer('', {}),
    '200': {
      description: 'The bytes',
      content: {
        'image/*': { schema: { type: 'string', format: 'binary' } },
        'application/zip': { schema: { type: 'string', format: 'binary' } },
      },
    },
  },
}

const list = {
  tags: ['Tasks'],
  summary: 'Tasks of the project, newest first, 50 a page',
  requestBody: {
    required: true,
    content: inForms({ ...schemaOf(listSchema), required: ['secret_key'] }, { secret_key: 'YOUR_SECRET_KEY' }),
  },
  responses: answer('A bare array of tasks', [taskExample]),
}

const next = {
  tags: ['Tasks'],
  summary: 'Go on with the results of a processed task in a new one',
  requestBody: {
    required: true,
    content: inForms(
      { ...schemaOf(nextSchema), required: ['task', 'tool'] },
      { task: taskExample.task, tool: 'rotateimage' },
    ),
  },
  responses: answer('The new task with the parent’s results as its files', {
    server: '127.0.0.1:8080',
    task: taskExample.task,
    files: { 'c0ffee….jpg': 'beach.jpg' },
    remaining_files: left.remaining_files,
    remaining_credits: left.remaining_credits,
  }),
}

const unknown = { $ref: '#/components/responses/Unknown' }

/** Runs in Postman before every request: a token for an hour, of the keys in the environment. */
const signInPostman = [
  "const CryptoJS = require('crypto-js')",
  "const bare = (base64) => base64.replace(/[+]/g, '-').replace(/[/]/g, '_').replace(/=+$/, '')",
  'const part = (value) => bare(CryptoJS.enc.Base64.stringify(CryptoJS.enc.Utf8.parse(JSON.stringify(value))))',
  'const iat = Math.floor(Date.now() / 1000)',
  "const claims = { iat, exp: iat + 3600, jti: pm.environment.get('publicKey') }",
  "const text = part({ alg: 'HS256', typ: 'JWT' }) + '.' + part(claims)",
  "const signature = CryptoJS.HmacSHA256(text, pm.environment.get('secretKey'))",
  "pm.variables.set('token', text + '.' + bare(CryptoJS.enc.Base64.stringify(signature)))",
]

const securitySchemes = {
  token: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'HS256 by the secret key with jti = public key, or the token of /v1/auth. The claim file_encryption_key (16, 24 or 32 characters) has all files of the task stored encrypted.',
    'x-prerequest': signInPostman,
  },
}

const errorBody = (type: string, message: string, code: string, more: Json = {}): Json => ({
  content: {
    'application/json': {
      schema: { type: 'object' },
      example: { ...more, error: { type, message, code, param: { files: [message] } } },
    },
  },
})

const responses = {
  Refused: {
    description: 'A parameter is missing or wrong, or a file failed; `error.param` names it',
    ...errorBody('ProcessingError', 'files cannot be blank; name at least one uploaded file.', '400'),
  },
  Unauthorized: {
    description: 'No, a wrong or an expired token, or a filter of the project refuses the address or the web page',
    ...errorBody('HTTP Error', 'The token has expired; make a new one.', '401', { name: 'Unauthorized', status: 401 }),
  },
  Unknown: {
    description: 'No such task in this project',
    ...errorBody('TaskNotFound', 'No task has this id.', '404', { status: 'TaskNotFound' }),
  },
  Limited: {
    description: 'Too many requests; `Retry-After` says when',
    ...errorBody('HTTP Error', 'More than 100 requests per second.', '429'),
  },
  Busy: {
    description: 'Overloaded or draining; `Retry-After` says when',
    ...errorBody('HTTP Error', 'The server is busy.', '503'),
  },
}
