/** Headers on everything that users stored: their bytes are hostile on our own origin too (design section 6). */
export const storedBytesHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
} as const
