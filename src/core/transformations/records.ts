/** Named transformations: short names for transformation strings in image URLs (media-library-api.md section 11). */

export interface NamedTransformation {
  id: string
  project: string
  /** Unique in the project; upper and lower case differ. */
  name: string
  transformation: string
  /** False: image URLs that use it fail. */
  enabled: boolean
  created: number
}

export interface TransformationRepository {
  /** `conflict` when the name is taken. */
  insert(transformation: NamedTransformation): Promise<void>
  find(project: string, id: string): Promise<NamedTransformation | undefined>
  findByName(project: string, name: string): Promise<NamedTransformation | undefined>
  /** Oldest first: a project has at most 250. */
  list(project: string): Promise<NamedTransformation[]>
  /** `conflict` when the name is taken; false when there is none. */
  update(
    project: string,
    id: string,
    patch: Partial<Pick<NamedTransformation, 'name' | 'transformation' | 'enabled'>>,
  ): Promise<boolean>
  /** False when there was none. */
  delete(project: string, id: string): Promise<boolean>
}
