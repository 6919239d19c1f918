/** Projects and users as the store keeps them. A project is the tenant: it owns keys, assets, tasks, limits, settings. */
import type { Right } from '../sites/access.ts'
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
  /** Named by the user's session tokens; a new one ends them. */
  tokenVersion: number
  /** What the account may still spend (core/users/credits.ts); null: unlimited. */
  credits: number | null
  /** What the user may do at every installation of the project (core/sites/access.ts); null: only what groups give. */
  siteAccess: Right | null
  /** Calls of the Sites API per minute and per month; null: as the server is set, 0: no limit. */
  siteMinute: number | null
  siteMonth: number | null
  created: number
}

export interface UserOfProject {
  user: User
  project: Project
}

type UserPatchable = 'email' | 'passwordHash' | 'status' | 'siteAccess' | 'siteMinute' | 'siteMonth'

export interface UserRepository {
  /** `conflict` when the username is taken. */
  insert(user: User): Promise<void>
  find(id: string): Promise<User | undefined>
  findByUsername(username: string): Promise<User | undefined>
  /** Like find, and the row stays locked until the transaction ends: decisions about a user one after the other. */
  lock(id: string): Promise<User | undefined>
  /** The user and the home project, in one read: every request with a session token begins with it. */
  findWithProject(id: string): Promise<UserOfProject | undefined>
  list(): Promise<User[]>
  /** The project's oldest user that is not disabled. */
  firstOf(project: string): Promise<User | undefined>
  /** A password or status in the patch ends the user's session tokens. True when a row changed. */
  update(id: string, patch: Partial<Pick<User, UserPatchable>>): Promise<boolean>
}
