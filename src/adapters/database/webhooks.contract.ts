/** What the outbox of every MetadataStore does: the log, the fence of its jobs, stopped targets, secrets. */
import { describe, expect, it } from 'vitest'
import type { MetadataStore } from '../../core/ports.ts'
import type { Delivery, WebhookEndpoint } from '../../core/webhooks/records.ts'
import { aDelivery, fresh } from './test-records.ts'

export function webhooksContract(store: () => MetadataStore): void {
  const tx: MetadataStore['tx'] = (fn) => store().tx(fn)
  const webhooks = () => store().read.webhooks
  const insert = async (...deliveries: Delivery[]) => {
    await tx(async (repositories) => {
      for (const delivery of deliveries) await repositories.webhooks.insert(delivery)
    })
  }

  describe('webhook deliveries', () => {
    it('come back as they were, and list newest first by project, state and subject', async () => {
      const project = fresh('project')
      const old = aDelivery({ project, created: 5, state: 'delivered', nextAttempt: null })
      const attempts = [{ at: 6, durationMs: 7, status: 500, error: 'The receiver answered 500.' }]
      const young = aDelivery({ project, created: 9, attempts, tries: 1 })
      await insert(young, old, aDelivery())
      expect(await webhooks().find(young.id)).toEqual(young)
      expect(await webhooks().find('wh_none')).toBeUndefined()
      const { body: _body, urlSealed: _url, targetHash: _hash, job: _job, ...line } = young
      const listed = await webhooks().list({ project }, 10)
      expect(listed[0]).toEqual(line)
      expect(listed.map(({ id }) => id)).toEqual([young.id, old.id])
      expect(await webhooks().list({ project }, 1)).toHaveLength(1)
      expect((await webhooks().list({ project, state: 'delivered' }, 10)).map(({ id }) => id)).toEqual([old.id])
      expect((await webhooks().list({ subject: old.subject }, 10)).map(({ id }) => id)).toEqual([old.id])
    })

    it('change only by the job that carries them', async () => {
      const delivery = aDelivery()
      await insert(delivery)
      const { id, job } = delivery
      const attempts = [{ at: 1, durationMs: 2, status: null, error: 'Time' }]
      expect(await tx((all) => all.webhooks.update(id, job, { tries: 1, attempts, nextAttempt: 70 }))).toBe(true)
      expect(await webhooks().find(id)).toEqual({ ...delivery, tries: 1, attempts, nextAttempt: 70 })
      expect(await tx((all) => all.webhooks.restart(id, 'another', 90))).toBe(true)
      expect(await tx((all) => all.webhooks.update(id, job, { state: 'delivered' }))).toBe(false)
      expect(await webhooks().find(id)).toEqual({ ...delivery, job: 'another', attempts, nextAttempt: 90 })
      expect(await tx((all) => all.webhooks.restart('wh_none', 'another', 90))).toBe(false)
    })

    it('are swept when they are old and done', async () => {
      const [pending, done, fits] = [
        aDelivery({ created: 10 }),
        aDelivery({ created: 11, state: 'failed' }),
        aDelivery({ created: 12, state: 'skipped' }),
      ]
      await insert(pending, done, fits)
      await tx((all) => all.webhooks.sweep(12))
      const left = await Promise.all([pending, done, fits].map(({ id }) => webhooks().find(id)))
      expect(left.map((delivery) => delivery?.id)).toEqual([pending.id, undefined, fits.id])
    })
  })

  it('webhook targets are stopped once and resume', async () => {
    const [project, targetHash] = [fresh('project'), fresh('hash')]
    const stop = { project, targetHash, target: 'https://example.com/', delivery: 'wh_1', created: 3 }
    expect(await webhooks().stopped(project, targetHash)).toBe(false)
    await tx((all) => all.webhooks.stop(stop))
    await tx((all) => all.webhooks.stop({ ...stop, delivery: 'wh_2' }))
    expect(await webhooks().stopped(project, targetHash)).toBe(true)
    expect(await webhooks().stopped(fresh('project'), targetHash)).toBe(false)
    expect(await webhooks().stops(project)).toEqual([stop])
    expect(await webhooks().stops()).toContainEqual(stop)
    expect(await tx((all) => all.webhooks.resume(project, targetHash))).toBe(true)
    expect(await tx((all) => all.webhooks.resume(project, targetHash))).toBe(false)
    expect(await webhooks().stops(project)).toEqual([])
  })

  it('webhook endpoints come back as they were, change and go', async () => {
    const project = fresh('project')
    const [first, second] = ['a', 'b'].map((id) => ({
      id: `we_${id}_${project}`,
      project,
      urlSealed: 'sealed',
      target: 'https://example.com/',
      events: ['file.created', 'file.deleted'],
      enabled: true,
      created: 3,
    })) as [WebhookEndpoint, WebhookEndpoint]
    await tx(async (all) => {
      await all.webhooks.addEndpoint(second)
      await all.webhooks.addEndpoint(first)
    })
    expect(await webhooks().endpoints(project)).toEqual([first, second])
    expect(await webhooks().endpoints(fresh('project'))).toEqual([])
    const patch = { events: [], enabled: false, urlSealed: 'other', target: 'https://example.org/' }
    expect(await tx((all) => all.webhooks.updateEndpoint(first.id, patch))).toBe(true)
    expect(await tx((all) => all.webhooks.updateEndpoint(second.id, {}))).toBe(true)
    expect(await tx((all) => all.webhooks.updateEndpoint('we_none', patch))).toBe(false)
    expect(await webhooks().findEndpoint(first.id)).toEqual({ ...first, ...patch })
    expect(await tx((all) => all.webhooks.removeEndpoint(first.id))).toBe(true)
    expect(await tx((all) => all.webhooks.removeEndpoint(first.id))).toBe(false)
    expect(await webhooks().endpoints(project)).toEqual([second])
  })

  it('webhook secrets have one first, however many make it at once', async () => {
    const project = fresh('project')
    const secret = (sealed: string) => ({ project, number: 1, sealed, expires: null, created: 3 })
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, number) => tx((all) => all.webhooks.addSecret(secret(`${number}`)))),
    )
    expect(made.filter(Boolean)).toHaveLength(1)
    await tx(async (all) => {
      await all.webhooks.expireSecrets(project, 50)
      await all.webhooks.addSecret({ ...secret('second'), number: 2 })
    })
    expect(await webhooks().secrets(project)).toMatchObject([
      { number: 2, sealed: 'second', expires: null },
      { number: 1, expires: 50 },
    ])
    // An earlier end stays.
    await tx((all) => all.webhooks.expireSecrets(project, 60))
    expect((await webhooks().secrets(project)).map(({ expires }) => expires)).toEqual([60, 50])
  })
}
