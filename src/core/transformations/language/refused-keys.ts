/** What the language has and this server has not (image-urls.md: marked [ext]), and what it had once. */

const video = 'is for videos, which this server delivers as they are'
const ai = 'needs AI machinery that this server does not have yet'
const old = 'is the old syntax of overlays; write a layer instead: l-image,i-<path>,l-end or l-text,i-<text>,l-end'
const subtitles = 'styles subtitles, which this server does not have; write a text layer (l-text)'

export const refusedKeys: ReadonlyMap<string, string> = new Map([
  ...['vc', 'ac', 'so', 'eo', 'du', 'sr', 'lso', 'leo', 'ldu'].map((key) => [key, video] as const),
  ...['e-bgremove', 'e-removedotbg', 'e-changebg', 'e-edit', 'e-dropshadow', 'e-upscale', 'e-retouch', 'e-genvar'].map(
    (key) => [key, ai] as const,
  ),
  ...['fol', 'fsh'].map((key) => [key, subtitles] as const),
  ...`oi oit oih oiw oiar oic oifo oiq oir oib oibg oidpr oiat ot ote ox oy ofo ow oh obg oa oba or ort oat otc otf ots ott otbg oth
    otw otp otia otr otrt otlh`
    .split(/\s+/)
    .map((key) => [key, old] as const),
  ['dn', 'is not known here; the density of vector pictures follows from the size asked for'],
])

/** Values of keys that are known for others. */
export function refusedValue(key: string, value: string): string | undefined {
  if (key === 'f' && ['mp4', 'webm'].includes(value))
    return `f-${value} makes videos, which this server does not do; it delivers them as they are.`
  if (key === 'bg' && /^genfill\b/.test(value)) return `bg-genfill ${ai}; take bg-blurred or bg-dominant.`
  return undefined
}

export function refusedLayer(type: string): string | undefined {
  if (type === 'video')
    return 'layers of videos need video machinery that this server does not have; it delivers videos as they are.'
  return type === 'subtitle' || type === 'subtitles'
    ? 'subtitles need video machinery that this server does not have.'
    : undefined
}
