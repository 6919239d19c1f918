/** Secrets and first keys. */
import { z } from 'zod'
import { keyText, setting } from './kinds.ts'

export const secrets = {
  MASTER_KEY: setting(
    z.string().min(32, 'must have at least 32 characters').optional(),
    'Seals stored secrets. Required with `DATABASE_URL`; otherwise made in the data folder (`master.key`, mode 0600). A wrong one is refused at start.',
  ),
  BOOTSTRAP_PROJECT: setting(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'must be 1 to 31 lower-case letters, digits or hyphens')
      .default('default'),
    'Id of the first project. The BOOTSTRAP settings count at the first start only.',
  ),
  BOOTSTRAP_PUBLIC_KEY: setting(
    z
      .string()
      .min(8)
      .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks')
      .refine((text) => !text.includes('#'), 'must not contain "#"')
      .optional(),
    'Public key of the first key pair; needs `BOOTSTRAP_SECRET_KEY`. Unset: generated.',
  ),
  BOOTSTRAP_SECRET_KEY: setting(
    keyText.optional(),
    'Secret key of the first key pair, at least 32 characters; needs `BOOTSTRAP_PUBLIC_KEY`.',
  ),
  BOOTSTRAP_USER: setting(
    z.string().min(1).optional(),
    'First user; needs `BOOTSTRAP_PASSWORD`. Unset: `admin`, who gets a password when the welcome link is opened, which shows it.',
  ),
  BOOTSTRAP_PASSWORD: setting(
    z.string().min(8, 'must have at least 8 characters').optional(),
    'Password of the first user.',
  ),
  BOOTSTRAP_SITE_KEY: setting(keyText.optional(), 'First key of the Sites API, at least 32 printable characters.'),
}
