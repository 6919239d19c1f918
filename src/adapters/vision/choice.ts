/** Which models are to run: the setting VISION_MODELS. */
import type { Manifest } from './manifest.ts'

/**
 * `bundled`: those that come with us; `features`: none; else ids, which may stand beside `bundled`.
 * @throws Error that names an id which is not known
 */
export function chooseModels(manifests: readonly Manifest[], use: readonly string[]): Set<string> {
  const ids = use.flatMap((name) => {
    if (name === 'features') return []
    if (name === 'bundled') return manifests.filter(({ standard }) => standard).map(({ id }) => id)
    if (manifests.some(({ id }) => id === name)) return [name]
    const known = manifests.map(({ id }) => id).join(', ')
    throw new Error(`VISION_MODELS: there is no model "${name}"; there are bundled, features, ${known}`)
  })
  return new Set(ids)
}
