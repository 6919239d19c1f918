/** The secrets that sign a project's webhooks: made when first needed, sealed, replaced with a time in which both count. */
import { randomBytes } from 'node:crypto'
import { DomainError } from '../errors.ts'
import type { Sealer } from '../keys/seal.ts'
import type { Clock, MetadataStore, Repositories } from '../ports.ts'

export interface WebhookSecrets {
  /** The texts that sign now, newest first; makes the first one. */
  active(project: string): Promise<string[]>
  /** A new one; the old ones sign too for another `graceMs`. @throws DomainError `conflict` when rolled twice at once */
  roll(project: string, graceMs: number): Promise<string>
}

interface Deps {
  store: MetadataStore
  sealer: Sealer
  clock: Clock
}

export function createWebhookSecrets({ store, sealer, clock }: Deps): WebhookSecrets {
  async function add(tx: Repositories, project: string, number: number): Promise<string | undefined> {
    const secret = `whsec_${randomBytes(32).toString('base64url')}`
    const record = { project, number, sealed: sealer.seal(secret), expires: null, created: clock.now() }
    return (await tx.webhooks.addSecret(record)) ? secret : undefined
  }

  return {
    async active(project) {
      let secrets = await store.read.webhooks.secrets(project)
      if (secrets.length === 0) {
        await store.tx((tx) => add(tx, project, 1))
        // Another node may have been faster: what is there counts.
        secrets = await store.read.webhooks.secrets(project)
      }
      const now = clock.now()
      return secrets
        .filter(({ expires }) => expires === null || expires > now)
        .map(({ sealed }) => sealer.unseal(sealed))
    },

    roll: (project, graceMs) =>
      store.tx(async (tx) => {
        const [last] = await tx.webhooks.secrets(project)
        await tx.webhooks.expireSecrets(project, clock.now() + graceMs)
        const secret = await add(tx, project, (last?.number ?? 0) + 1)
        if (secret !== undefined) return secret
        throw new DomainError('conflict', 'The secret is being replaced by somebody else; look at the new one.')
      }),
  }
}
