/** Moving a file with all its versions into another folder (media-library-api.md section 6). */
import type { Caller } from '../caller.ts'
import type { AssetDeps } from './deps.ts'
import { type Journey, openPlaces, refuseTooMany } from './place.ts'

/**
 * The file keeps its id; where the destination has a file of that name, that one gets the versions and keeps its own id.
 * The destination is made when it is missing.
 * @throws DomainError as `openPlaces`
 */
export async function moveFile({ store, clock }: AssetDeps, caller: Caller, journey: Journey): Promise<void> {
  await store.tx(async (tx) => {
    const places = await openPlaces({ clock }, tx, caller, journey)
    const { source, to, there } = places
    if (there === undefined) return tx.assets.move(source.file, to.id, clock.now())
    refuseTooMany(places, (await tx.assets.countVersions(source.file)).count)
    const { file, created } = there.asset
    await tx.assets.setCurrent(file, null)
    await tx.assets.append(source.file, { file, folder: to.id, created, after: there.last }, clock.now())
  })
}
