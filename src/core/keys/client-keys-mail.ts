/** The one mail that holds the client-keys of a call with `send: true`. */
import type { Mail } from '../ports.ts'
import type { NewClientKey } from './client-keys.ts'

export function clientKeysMail(to: string, keys: readonly NewClientKey[]): Mail {
  const many = keys.length > 1
  const items = keys.map(
    ({ id, name, email, secret }) => `${oneLine(name)} <${email}>\nid: ${id}\nclient-key: ${secret}`,
  )
  return {
    to,
    subject: many ? `${keys.length} new client-keys` : 'A new client-key',
    text: `${many ? 'These client-keys were' : 'This client-key was'} made for your account. Keep ${many ? 'them' : 'it'} as \
you keep passwords: the server holds only a hash and cannot show ${many ? 'them' : 'it'} again. A client-key is one line of 358 characters; \
store it whole.

${items.join('\n\n')}

${many ? 'They work' : 'It works'} as soon as the call that made ${many ? 'them' : 'it'} has succeeded. If you did not ask for \
this mail, change the password of your account and delete ${many ? 'these keys' : 'this key'}.
`,
  }
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ')
