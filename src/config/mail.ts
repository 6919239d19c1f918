/** Mail. */
import { z } from 'zod'
import { setting } from './kinds.ts'

export const mail = {
  SMTP_URL: setting(
    z.url({ protocol: /^smtps?$/ }).optional(),
    'Mail server for what the server sends to accounts: `smtp://user:password@host:587`, or `smtps://` for TLS from the start; needs `MAIL_FROM`. Unset: no mail, and calls that ask for one are refused.',
  ),
  MAIL_FROM: setting(
    z.string().min(3).optional(),
    'Sender of these mails, e.g. `Imagestead <images@example.com>`; needs `SMTP_URL`.',
  ),
}
