/** Who may see what under image URLs (image-urls.md sections 9 and 10): everything that decides it is here. */
import { DomainError, invalid } from '../errors.ts'
import type { Key } from '../keys/records.ts'
import { domainMatches } from '../projects/filters.ts'
import type { Project } from '../projects/records.ts'
import type { DeliveryDeps } from './deps.ts'
import type { Expanded } from './named.ts'
import type { Place } from './place.ts'
import { checkUrlSignature } from './signature.ts'
import type { Source } from './source.ts'
import type { Target } from './target.ts'

/** Where a request comes from; absent where the server itself reads one of its URLs. */
export interface Client {
  /** Its address lies in one of these addresses and CIDRs. */
  within(ranges: readonly string[]): boolean
  /** Host of the page that shows the picture. */
  page: string | undefined
  agent: string
}

/** What a request may see. It holds until `until`, and as long as the project's settings and keys stay as they are. */
export interface Pass {
  /** A valid signature. */
  signed: boolean
  /** Private files, too: signed, or by names alone. */
  privateFiles: boolean
  /** Epoch milliseconds. */
  until?: number
}

export type AccessDeps = Pick<DeliveryDeps, 'store' | 'sealer' | 'clock'>

interface Request {
  project: Project
  target: Target
  place: Pick<Place, 'prefix'>
  expanded: Pick<Expanded, 'of'>
  client: Client | undefined
}

/**
 * @throws DomainError forbidden (rules about clients); unauthenticated (a signature that is missing, wrong or expired);
 * invalid with param `tr` (transformations without a name where they are not allowed)
 */
export async function authorise(deps: AccessDeps, request: Request): Promise<Pass> {
  const { project, target, place, expanded, client } = request
  const { delivery } = project.settings
  if (client !== undefined) refuseClient(delivery.clients, client)
  const secrets = target.signature === undefined ? [] : await privateKeys(deps, project.id)
  const checked = checkUrlSignature(target, place.prefix, secrets, deps.clock.now())
  if (checked.state === 'invalid') throw unauthorised('The signature (ik-s) does not fit this URL.')
  if (checked.state === 'expired') throw unauthorised('The URL has expired (ik-t).')
  const signed = checked.state === 'valid'
  // The library's own thumbnail must always work: every answer of its API links to it.
  if (delivery.restrictUnsigned && !signed && expanded.of !== 'builtIn') {
    throw unauthorised('This project delivers signed URLs only; sign the URL with a private key.')
  }
  if (delivery.restrictUnnamed && expanded.of === 'other') {
    throw invalid('tr', 'This project allows named transformations only; make one (n-…) of what this URL asks for.')
  }
  return {
    signed,
    privateFiles: signed || expanded.of === 'names' || expanded.of === 'builtIn',
    ...(checked.state === 'valid' && checked.until !== undefined ? { until: checked.until } : {}),
  }
}

/**
 * @param asIs the file's own bytes are to be sent, and no named transformation asks for them
 * @throws DomainError unauthenticated
 */
export function refusePrivate({ isPrivate }: Pick<Source, 'isPrivate'>, pass: Pass, asIs: boolean): void {
  if (!isPrivate || pass.signed) return
  if (!pass.privateFiles || asIs) throw unauthorised('The file is private; sign the URL with a private key.')
}

/** Of every pair that may be used now and may read files. */
async function privateKeys({ store, sealer, clock }: AccessDeps, project: string): Promise<string[]> {
  const now = clock.now()
  const usable = ({ kind, status, expires, scopes }: Key) =>
    kind === 'pair' &&
    status === 'active' &&
    (expires === null || expires > now) &&
    (scopes === null || scopes.files !== undefined)
  return (await store.read.keys.list(project, 'pair'))
    .filter(usable)
    .flatMap(({ secretSealed }) => (secretSealed === null ? [] : sealer.unseal(secretSealed)))
}

type Rules = Project['settings']['delivery']['clients']

function refuseClient(rules: Rules, { within, page, agent }: Client): void {
  const lower = agent.toLowerCase()
  const refused =
    (rules.blockedIps.length > 0 && within(rules.blockedIps)) ||
    (rules.allowedIps.length > 0 && !within(rules.allowedIps)) ||
    (page !== undefined && domainMatches(rules.blockedReferrers, page)) ||
    (rules.allowedReferrers.length > 0 && (page === undefined || !domainMatches(rules.allowedReferrers, page))) ||
    rules.blockedAgents.some((text) => lower.includes(text.toLowerCase()))
  if (refused) throw new DomainError('forbidden', 'The rules of this project do not allow this client.')
}

const unauthorised = (message: string) => new DomainError('unauthenticated', message, { param: 'ik-s' })
