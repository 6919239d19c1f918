/**
 * `imagestead webhooks list|show|replay|enable|stopped|secret`: the delivery log, and what signs it;
 * `endpoints|add|set|remove`: who is told library events.
 */
import { parseArgs } from 'node:util'
import type { Operator } from '../compose/operator.ts'
import type { Config } from '../config.ts'
import { DomainError } from '../core/errors.ts'
import { addEndpoint, changeEndpoint, removeEndpoint } from '../core/webhooks/endpoints.ts'
import { enableTarget, findDelivery, replayDelivery } from '../core/webhooks/log.ts'
import type { DeliveryLine, DeliveryState, WebhookEndpoint, WebhookStop } from '../core/webhooks/records.ts'
import { duration, findProject, isoTime, onOff, print, usage, withOperator } from './operator.ts'

const options = {
  project: { type: 'string' },
  state: { type: 'string' },
  task: { type: 'string' },
  subject: { type: 'string' },
  url: { type: 'string' },
  events: { type: 'string' },
  enabled: { type: 'string' },
  limit: { type: 'string', default: '50' },
  body: { type: 'boolean', default: false },
  roll: { type: 'boolean', default: false },
  grace: { type: 'string', default: '24h' },
  json: { type: 'boolean', default: false },
} as const

const states: readonly DeliveryState[] = ['pending', 'delivered', 'failed', 'skipped']

export function webhooks(args: string[], config: Config): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [action, id = ''] = positionals
  return withOperator(config, async (operator) => {
    switch (action) {
      case 'list':
        return list(operator)
      case 'show':
        return show(operator)
      case 'replay':
        return replay(operator)
      case 'enable':
        return enable(operator)
      case 'stopped':
        return stopped(operator)
      case 'secret':
        return secret(operator)
      case 'endpoints':
        return endpoints(operator)
      case 'add':
        return add(operator)
      case 'set':
        return print([endpointRow(await changeEndpoint(operator, id, changes()))], values.json)
      case 'remove':
        return remove(operator)
      default:
        throw usage('webhooks list|show|replay|enable|stopped|secret|endpoints|add|set|remove')
    }
  })

  async function list(operator: Operator) {
    const state = states.find((known) => known === values.state)
    if (values.state !== undefined && state === undefined) {
      throw new DomainError('invalid', `--state must be one of ${states.join(', ')}.`)
    }
    const limit = Number(values.limit)
    if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
      throw new DomainError('invalid', '--limit must be a whole number from 1 to 10000.')
    }
    const filter = {
      ...(await projectFilter(operator)),
      ...(state === undefined ? {} : { state }),
      ...subjectFilter(),
    }
    print((await operator.store.read.webhooks.list(filter, limit)).map(row), values.json)
  }

  async function show({ store }: Operator) {
    const delivery = await findDelivery(store.read, id)
    if (values.body) return void process.stdout.write(`${delivery.body}\n`)
    const attempts = delivery.attempts.map(({ at, durationMs, status, error }) => ({
      at: isoTime(at),
      ms: durationMs,
      status,
      error,
    }))
    if (values.json) return print([{ ...row(delivery), attempts }], true)
    print([row(delivery)], false)
    process.stdout.write('\n')
    print(attempts, false)
  }

  async function replay(operator: Operator) {
    const delivery = await replayDelivery(operator, id)
    process.stderr.write(`It will be sent to ${delivery.target} within seconds.\n`)
    print([row(delivery)], values.json)
  }

  async function enable(operator: Operator) {
    const { target, project } = await enableTarget(operator, id)
    process.stderr.write(
      `Events of ${project} go to ${target} again. What was skipped stays so until it is replayed: imagestead webhooks list --state skipped\n`,
    )
  }

  async function stopped(operator: Operator) {
    const { project } = await projectFilter(operator)
    print((await operator.store.read.webhooks.stops(project)).map(stopRow), values.json)
  }

  async function secret(operator: Operator) {
    const project = (await findProject(operator, values.project ?? config.BOOTSTRAP_PROJECT)).id
    if (values.roll) {
      await operator.webhookSecrets.roll(project, duration('--grace', values.grace))
      process.stderr.write(`The old secret signs too for another ${values.grace}.\n`)
    }
    const [current] = await operator.webhookSecrets.active(project)
    print([{ project, webhook_secret: current }], values.json)
  }

  async function endpoints({ store }: Operator) {
    const projects =
      values.project === undefined ? await store.read.projects.list() : [await findProject({ store }, values.project)]
    const found = await Promise.all(projects.map(({ id: project }) => store.read.webhooks.endpoints(project)))
    print(found.flat().map(endpointRow), values.json)
  }

  async function add(operator: Operator) {
    const project = (await findProject(operator, values.project ?? config.BOOTSTRAP_PROJECT)).id
    const endpoint = await addEndpoint(operator, project, changes())
    process.stderr.write(`Its deliveries are signed: imagestead webhooks secret --project ${project}\n`)
    print([endpointRow(endpoint)], values.json)
  }

  async function remove(operator: Operator) {
    const { target } = await removeEndpoint(operator, id)
    process.stderr.write(`${target} is told nothing from now on; what was recorded before is still delivered.\n`)
  }

  function changes() {
    const { url, events, enabled } = values
    return { url, events, enabled: enabled === undefined ? undefined : onOff('--enabled', enabled) }
  }

  function subjectFilter(): { subject?: string } {
    const subject = values.subject ?? values.task
    return subject === undefined ? {} : { subject }
  }

  async function projectFilter(operator: Operator): Promise<{ project?: string }> {
    return values.project === undefined ? {} : { project: (await findProject(operator, values.project)).id }
  }
}

function row({ id, project, event, subject, target, state, attempts, nextAttempt, created }: DeliveryLine) {
  const last = attempts.at(-1)
  return {
    id,
    created: isoTime(created),
    project,
    event,
    subject,
    target,
    state,
    attempts: attempts.length,
    last_status: last?.status ?? null,
    next_attempt: isoTime(nextAttempt),
  }
}

function endpointRow({ id, project, target, events, enabled, created }: WebhookEndpoint) {
  const wanted = events.length === 0 ? 'all' : events.join(',')
  return { id, project, url: target, events: wanted, enabled: enabled ? 'on' : 'off', created: isoTime(created) }
}

function stopRow({ project, target, delivery, created }: WebhookStop) {
  return { project, target, delivery, stopped: isoTime(created) }
}
