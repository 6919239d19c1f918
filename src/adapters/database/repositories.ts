/** All repositories over one scope: a transaction, or the readers. */
import type { Repositories } from '../../core/ports.ts'
import { createAssets } from './assets.ts'
import { createAudits } from './audits.ts'
import { createBlobs } from './blobs.ts'
import { createBulkJobs } from './bulk-jobs.ts'
import { createCameras } from './cameras.ts'
import { createCaptures } from './captures.ts'
import { createCounters } from './counters.ts'
import { createCredits } from './credits.ts'
import { createCustomFields } from './custom-fields.ts'
import { createDailyUsage } from './daily-usage.ts'
import { createDescriptions } from './descriptions.ts'
import { createFolderTrees } from './folder-trees.ts'
import { createFolders } from './folders.ts'
import { createGroups } from './groups.ts'
import { createHeads } from './heads.ts'
import { createIdempotencyRows } from './idempotency.ts'
import { createInstallations } from './installations.ts'
import { createJobs } from './jobs.ts'
import { createJudgements } from './judgements.ts'
import { createKeys } from './keys.ts'
import { createLimitSlots } from './limit-slots.ts'
import { createMeta } from './meta.ts'
import { createNamedTransformations } from './named-transformations.ts'
import { createOriginFiles } from './origin-files.ts'
import { createOrigins } from './origins.ts'
import { createProjects } from './projects.ts'
import { createPurges } from './purges.ts'
import { createRenditionRows } from './renditions.ts'
import { createSavedExtensions } from './saved-extensions.ts'
import type { Scope } from './schema.ts'
import { createScorings } from './scorings.ts'
import { createSearch } from './search/search.ts'
import { createShares } from './shares.ts'
import { createSights } from './sights.ts'
import { createSignInFailures } from './sign-in-failures.ts'
import { createSiteUsageRows } from './site-usage.ts'
import { createTasks } from './tasks.ts'
import { createUploadTokens } from './upload-tokens.ts'
import { createUrlEndpoints } from './url-endpoints.ts'
import { createUsage } from './usage.ts'
import { createUsers } from './users.ts'
import { createVectors } from './vectors.ts'
import { createWebSessionRows } from './web-sessions.ts'
import { createWebhooks } from './webhooks.ts'
import { createWelcome } from './welcome.ts'

export function createRepositories(scope: Scope): Repositories {
  return {
    projects: createProjects(scope),
    users: createUsers(scope),
    keys: createKeys(scope),
    uploadTokens: createUploadTokens(scope),
    blobs: createBlobs(scope),
    folders: createFolders(scope),
    folderTrees: createFolderTrees(scope),
    assets: createAssets(scope),
    descriptions: createDescriptions(scope),
    sights: createSights(scope),
    judgements: createJudgements(scope),
    vectors: createVectors(scope),
    scorings: createScorings(scope),
    renditions: createRenditionRows(scope),
    customFields: createCustomFields(scope),
    bulkJobs: createBulkJobs(scope),
    purges: createPurges(scope),
    namedTransformations: createNamedTransformations(scope),
    savedExtensions: createSavedExtensions(scope),
    origins: createOrigins(scope),
    originFiles: createOriginFiles(scope),
    urlEndpoints: createUrlEndpoints(scope),
    dailyUsage: createDailyUsage(scope),
    search: createSearch(scope),
    tasks: createTasks(scope),
    jobs: createJobs(scope),
    counters: createCounters(scope),
    limitSlots: createLimitSlots(scope),
    signInFailures: createSignInFailures(scope),
    webSessions: createWebSessionRows(scope),
    audits: createAudits(scope),
    credits: createCredits(scope),
    usage: createUsage(scope),
    welcome: createWelcome(scope),
    webhooks: createWebhooks(scope),
    idempotency: createIdempotencyRows(scope),
    heads: createHeads(scope),
    installations: createInstallations(scope),
    groups: createGroups(scope),
    captures: createCaptures(scope),
    shares: createShares(scope),
    siteUsage: createSiteUsageRows(scope),
    cameras: createCameras(scope),
    meta: createMeta(scope),
  }
}
