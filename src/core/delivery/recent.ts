/**
 * What image URLs look up before anything else, remembered for a moment: the project, its URL endpoints and the file at a
 * path, which all sizes of a picture and all pictures of a page have in common. What this process commits, and what it
 * hears of other nodes, counts at once; all else within `maxAgeMs`.
 */
import type { AssetRepository, PlacedAsset } from '../assets/records.ts'
import type { UrlEndpoint, UrlEndpointRepository } from '../origins/records.ts'
import type { Clock, MetadataStore } from '../ports.ts'
import type { Project, ProjectRepository } from '../projects/records.ts'

export interface Recent {
  projects: Pick<ProjectRepository, 'find'>
  urlEndpoints: Pick<UrlEndpointRepository, 'list'>
  assets: Pick<AssetRepository, 'findByPath' | 'findVersion'>
}

interface Known {
  /** Of the look-up's beginning. */
  at: number
  project?: Project
  endpoints?: UrlEndpoint[]
  /** By folder and name. */
  assets: Map<string, PlacedAsset>
}

const maxAgeMs = 1000
/** Beyond it all are forgotten. */
const most = { projects: 1000, assets: 500 }

export function createRecent({ store, clock }: { store: MetadataStore; clock: Clock }): Recent {
  let known = new Map<string, Known>()
  store.onChange(({ project }) => {
    if (project === null) known = new Map()
    else known.delete(project)
  })

  /** What is forgotten while it is being read takes along what is read. */
  function of(project: string): Known {
    const now = clock.now()
    const found = known.get(project)
    // A clock may be set back.
    if (found !== undefined && found.at <= now && now < found.at + maxAgeMs) return found
    if (known.size >= most.projects) known.clear()
    const fresh: Known = { at: now, assets: new Map() }
    known.set(project, fresh)
    return fresh
  }

  const { read } = store
  return {
    projects: {
      async find(id) {
        const here = of(id)
        if (here.project !== undefined) return here.project
        const found = await read.projects.find(id)
        if (found === undefined) known.delete(id)
        else here.project = found
        return found
      },
    },
    urlEndpoints: {
      async list(project) {
        const here = of(project)
        here.endpoints ??= await read.urlEndpoints.list(project)
        return here.endpoints
      },
    },
    assets: {
      /** What is not there is looked for every time: it may come at any moment. */
      async findByPath(project, folder, name) {
        const { assets } = of(project)
        const place = `${folder}\0${name}`
        const before = assets.get(place)
        if (before !== undefined) return before
        const found = await read.assets.findByPath(project, folder, name)
        if (found !== undefined && assets.size < most.assets) assets.set(place, found)
        return found
      },
      findVersion: read.assets.findVersion,
    },
  }
}
