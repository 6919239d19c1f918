/** `imagestead reconcile`: finds and deletes bytes that nothing references, reports rows whose bytes are gone. */
import { parseArgs } from 'node:util'
import { openBlobs } from '../compose/open.ts'
import type { Config } from '../config.ts'
import { reconcileBlobs } from '../core/blobs/reconcile.ts'
import { withOperator } from './operator.ts'

export async function reconcile(args: string[], config: Config): Promise<number> {
  const { values } = parseArgs({
    args,
    options: { 'dry-run': { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  })
  let lost = 0
  await withOperator(config, async ({ store, clock }) => {
    const blobs = await openBlobs(config)
    try {
      const { orphans, missing, checked } = await reconcileBlobs({ store, blobs, clock }, values['dry-run'])
      lost = missing.length
      const verb = values['dry-run'] ? 'would be deleted' : 'deleted'
      if (values.json)
        process.stdout.write(`${JSON.stringify({ checked, orphans, missing, deleted: !values['dry-run'] })}\n`)
      else
        process.stdout.write(
          `${checked} blobs checked; ${orphans.length} without a reference ${verb}; ${missing.length} missing\n`,
        )
      for (const key of values.json ? [] : missing) process.stdout.write(`missing: ${key}\n`)
    } finally {
      await blobs.close()
    }
  })
  return lost > 0 ? 1 : 0
}
