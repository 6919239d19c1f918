/** Image URLs as people paste them: first addresses, signing, and the loaders of frameworks. Tests run these very texts. */
import { literal, type SampleKeys, type SampleStep, shellWord } from './samples.ts'

/** From an upload to a signed address with curl alone; the steps share one shell. `server` is an origin without a slash. */
export function imageCurlSteps(server: string, keys: SampleKeys, samplePhoto: string): SampleStep[] {
  return [
    {
      title: 'Put a photo into the library',
      text: 'Its place there is its address: /trips/pier.jpg of the project default.',
      code: `SERVER=${shellWord(server)}
KEY=${shellWord(keys.secretKey)}
curl -s -o photo.jpg $SERVER${samplePhoto}
curl -s -u "$KEY:" $SERVER/api/v1/files/upload -F file=@photo.jpg \\
  -F fileName=pier.jpg -F folder=/trips -F useUniqueFileName=false`,
    },
    {
      title: 'Ask for it in another size',
      text: 'The transformation stands in the path or in the query. Made once, kept, and made anew when the file changes.',
      code: `curl -s -o small.jpg "$SERVER/default/tr:w-400,h-300,f-jpg/trips/pier.jpg"
curl -s -o grey.webp "$SERVER/default/trips/pier.jpg?tr=w-400,e-grayscale,f-webp"`,
    },
    {
      title: 'Let the browser choose',
      text: 'Without f the best format that the browser takes is sent: WebP (or AVIF, where the project has it on), else JPEG, or PNG where something shines through.',
      code: `curl -s -o best.webp -H 'Accept: image/webp,*/*' "$SERVER/default/tr:w-800/trips/pier.jpg"`,
    },
    {
      title: 'Sign an address',
      text: 'Private files need a signature: HMAC-SHA1 by the private key over what follows the project, and the expiry.',
      code: `EXPIRES=$(($(date +%s) + 3600))
SIGNATURE=$(printf %s "tr:w-400/trips/pier.jpg$EXPIRES" | openssl dgst -sha1 -hmac "$KEY" | sed 's/.* //')
curl -s -o signed.jpg "$SERVER/default/tr:w-400/trips/pier.jpg?ik-t=$EXPIRES&ik-s=$SIGNATURE"`,
    },
  ]
}

/** Address builders that people already use, of the current client libraries. */
export function imageNodeSample(server: string, keys: SampleKeys): string {
  return `// npm install @imagekit/nodejs
import ImageKit from '@imagekit/nodejs'

const client = new ImageKit({ baseURL: ${literal(server)}, privateKey: ${literal(keys.secretKey)} })

console.log(
  client.helper.buildSrc({
    urlEndpoint: ${literal(`${server}/default`)},
    src: '/trips/pier.jpg',
    transformation: [{ width: 400, height: 300 }, { rotation: 90 }],
    signed: true,
    expiresIn: 3600,
  }),
)`
}

/** A loader for next/image: \`images: { loader: 'custom', loaderFile: './imagestead-loader.js' }\`. */
export function nextLoader(endpoint: string): string {
  return `// imagestead-loader.js; in next.config.js: images: { loader: 'custom', loaderFile: './imagestead-loader.js' }
export default function imagesteadLoader({ src, width, quality }) {
  const steps = [\`w-\${width}\`, 'c-at_max', ...(quality ? [\`q-\${quality}\`] : [])]
  return \`${endpoint}/tr:\${steps.join(',')}/\${src.replace(/^\\//, '')}\`
}`
}

/** A provider for @nuxt/image. */
export function nuxtProvider(endpoint: string): string {
  return `// providers/imagestead.js; in nuxt.config.ts: image: { provider: 'imagestead', providers: { imagestead: { provider: '~/providers/imagestead.js' } } }
const keys = { width: 'w', height: 'h', quality: 'q', format: 'f' }

export function getImage(src, { modifiers = {}, baseURL = ${literal(endpoint)} } = {}) {
  const steps = Object.entries(modifiers).flatMap(([name, value]) => (keys[name] && value ? [\`\${keys[name]}-\${value}\`] : []))
  const path = src.replace(/^\\//, '')
  return { url: steps.length === 0 ? \`\${baseURL}/\${path}\` : \`\${baseURL}/tr:\${steps.join(',')}/\${path}\` }
}

export default () => ({ getImage })`
}

/** An external image service for Astro. */
export function astroService(endpoint: string): string {
  return `// src/imagestead.js; in astro.config.mjs: image: { service: { entrypoint: './src/imagestead.js' } }
export default {
  getURL({ src, width, height, quality, format }) {
    const given = { w: width, h: height, q: quality, f: format }
    const steps = Object.entries(given).flatMap(([key, value]) => (value ? [\`\${key}-\${value}\`] : []))
    return \`${endpoint}/tr:\${steps.join(',') || 'f-auto'}/\${String(src.src ?? src).replace(/^\\//, '')}\`
  },
}`
}

/** Plain HTML: the browser picks a width, the server the format; the placeholder is a few hundred bytes. */
export function htmlSrcset(endpoint: string): string {
  const at = (width: number) => `${endpoint}/tr:w-${width},c-at_max/trips/pier.jpg`
  return `<img
  src="${at(800)}"
  srcset="${[400, 800, 1600].map((width) => `${at(width)} ${width}w`).join(',\n          ')}"
  sizes="(max-width: 600px) 100vw, 600px" width="1600" height="1067" alt="A pier at dusk"
  style="background: url('${endpoint}/tr:w-20,bl-3,q-30,f-webp/trips/pier.jpg') center / cover">`
}
