/** Mail through an SMTP server. The library is loaded with the first mail: most servers send none. */
import { DomainError } from '../../core/errors.ts'
import type { Mailer } from '../../core/ports.ts'

export interface SmtpOptions {
  /** `smtp://user:password@host:port`, or `smtps://`. */
  url: string
  from: string
  /** From connecting to the server's last word. Default 15 s. */
  timeoutMs?: number
}

export function createSmtpMailer({ url, from, timeoutMs = 15_000 }: SmtpOptions): Mailer {
  async function open() {
    const { createTransport } = await import('nodemailer')
    return createTransport({
      url,
      connectionTimeout: timeoutMs,
      greetingTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      // A mail is what it says: no attachment is read from a path or a URL.
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }

  return {
    async send({ to, subject, text }) {
      const transport = await open()
      const overdue = setTimeout(() => transport.close(), timeoutMs)
      try {
        await transport.sendMail({ from, to, subject, text })
      } catch (cause) {
        throw new DomainError('unavailable', 'The mail server did not take the mail; try again in a moment.', { cause })
      } finally {
        clearTimeout(overdue)
        transport.close()
      }
    },

    async close() {},
  }
}
