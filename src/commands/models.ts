/** `imagestead models list|pull|verify`: the models that look at pictures. */
import { parseArgs } from 'node:util'
import { composeModels } from '../compose/operator.ts'
import type { Config } from '../config.ts'
import type { ModelState } from '../core/ports.ts'
import { print, usage } from './operator.ts'

const options = {
  from: { type: 'string' },
  sha256: { type: 'string' },
  'accept-license': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const

/** Progress is told when this much more has come. */
const progressBytes = 16 * 2 ** 20

export async function models(args: string[], config: Config): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [action, id] = positionals
  const { shelf, models: pulls, close } = await composeModels(config)
  try {
    switch (action) {
      case 'list':
        await print((await shelf.states()).map(row), values.json)
        return 0
      case 'verify':
        return await verify()
      case 'pull':
        return await pull()
      default:
        throw usage('models list | pull ID [--from URL|FOLDER] [--sha256 HASH] [--accept-license] | verify [ID]')
    }
  } finally {
    await close()
  }

  /** Every file was read for this: a state is only as old as its process. */
  async function verify(): Promise<number> {
    const states = (await shelf.states()).filter((state) => (id === undefined ? state.wanted : state.id === id))
    if (states.length === 0 && id !== undefined) throw usage(`models verify: there is no model ${id}`)
    const bad = states.filter(({ status, wanted }) => status !== 'ready' && (wanted || status !== 'switched off'))
    await print(states.map(row), values.json)
    return bad.length === 0 ? 0 : 1
  }

  async function pull(): Promise<number> {
    if (id === undefined) throw usage('models pull ID')
    if (values.sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(values.sha256)) {
      throw usage('models pull: --sha256 must be 64 hex digits')
    }
    const { path, sha256, trusted, license, licenseNote } = await pulls.pull(id, {
      ...(values.from !== undefined && { from: values.from }),
      ...(values.sha256 !== undefined && { sha256: values.sha256.toLowerCase() }),
      acceptLicense: values['accept-license'],
      onProgress: createProgress(),
    })
    process.stderr.write(`${id}: ${license}${licenseNote === undefined ? '' : `. ${licenseNote}`}\n`)
    if (trusted) {
      process.stderr.write('Nobody has stated its hash: this file is trusted from now on, and only this one.\n')
    }
    if (!config.VISION_MODELS.includes(id)) {
      process.stderr.write(`To use it, name it: IMAGESTEAD_VISION_MODELS=${[...config.VISION_MODELS, id].join(',')}\n`)
    }
    process.stdout.write(values.json ? `${JSON.stringify({ id, path, sha256 })}\n` : `${sha256}  ${path}\n`)
    return 0
  }
}

function row({ id, task, status, tier, bytes, sha256, wanted, license, source, message }: ModelState) {
  return {
    ...{ id, task, status, wanted, tier },
    megabytes: Math.round(bytes / 1e5) / 10,
    sha256: sha256 === null ? 'unknown' : sha256.slice(0, 8),
    ...{ license, source, message: message ?? '' },
  }
}

function createProgress(): (received: number, total: number | undefined) => void {
  let told = 0
  return (received, total) => {
    if (received < told) told = 0
    if (received - told < progressBytes && received !== total) return
    told = received
    const of = total === undefined ? '' : ` of ${megabytes(total)}`
    process.stderr.write(`${megabytes(received)}${of} MB\n`)
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1)
}
