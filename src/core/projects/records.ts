/** Projects and users as the store keeps them. A project is the tenant: it owns keys, assets, tasks, limits, settings. */
import type { ProjectSettings } from './settings.ts'

export interface Project {
  /** Short id; the first segment of the project's image URLs. */
  id: string
  name: string
  status: 'active' | 'disabled'
  settings: ProjectSettings
  /** Epoch milliseconds, as every time in the store. */
  created: number
}

export interface ProjectRepository {
  insert(project: Project): Promise<void>
  find(id: string): Promise<Project | undefined>
  /** Like find, and the row stays locked until the transaction ends: decisions about a project one after the other. */
  lock(id: string): Promise<Project | undefined>
  /** All projects, oldest first. */
  list(): Promise<Project[]>
  /** True when a row changed. */
  update(id: string, patch: Partial<Pick<Project, 'name' | 'status' | 'settings'>>): Promise<boolean>
}

export interface User {
  id: string
  username: string
  /** The user's one home project. */
  project: string
  email: string | null
  /** scrypt text from core/users/password.ts; null: cannot sign in yet. */
  passwordHash: string | null
  status: 'active' | 'disabled'
  created: number
}

export interface UserRepository {
  /** `conflict` when the username is taken. */
  insert(user: User): Promise<void>
  find(id: string): Promise<User | undefined>
  findByUsername(username: string): Promise<User | undefined>
  list(): Promise<User[]>
  update(id: string, patch: Partial<Pick<User, 'email' | 'passwordHash' | 'status'>>): Promise<boolean>
}
