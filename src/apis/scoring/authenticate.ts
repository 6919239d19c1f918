/** `POST /v2.0/authenticate`: a session token for name and password (section 2). */
import type { OpenEndpoint } from './endpoint.ts'
import { anyText, closed, parseFields } from './fields.ts'

export const credentialsSchema = closed({ username: anyText(200), password: anyText(1000) })

const run: OpenEndpoint['run'] = async (api, fields, request) => {
  const credentials = parseFields(credentialsSchema, fields)
  const { token } = await api.sessions.signIn({ ...credentials, address: request.ip })
  // Pictures come next: the first one need not wait for the models.
  api.vision.warm()
  return { id_token: token }
}

export const authenticateEndpoints: OpenEndpoint[] = [
  { method: 'POST', path: '/v2.0/authenticate', run },
  { method: 'POST', path: '/v2.1/authenticate', run },
]
