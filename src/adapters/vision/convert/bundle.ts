/** Models that a package ships as JavaScript: the topology as a module, each file of weights as one that is Base64. */
import { createRequire } from 'node:module'
import { dirname, extname, join } from 'node:path'

export interface Bundle {
  /** As it would stand in a model's JSON file. */
  model: object
  /** The bytes of a file that its manifest names. */
  weights(name: string): Buffer
}

/** @throws Error when the modules are not there or are something else */
export function readBundle(path: string): Bundle {
  const load = createRequire(path)
  const model: unknown = load(path)
  if (typeof model !== 'object' || model === null) throw new Error(`${path} is no model`)
  // `model.min.js` lies beside `group1-shard1of1.min.js`.
  const ending = path.slice(path.indexOf('.', path.length - extname(path).length - 4))
  return {
    model: { format: 'layers-model', ...model },
    weights(name) {
      const text: unknown = load(join(dirname(path), `${name}${ending}`))
      if (typeof text !== 'string') throw new Error(`${name} beside ${path} holds no weights`)
      return Buffer.from(text, 'base64')
    },
  }
}
