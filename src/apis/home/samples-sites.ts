/** The Sites API's first calls as people paste them. Tests run these very texts. */
import { literal, type SampleStep, shellWord } from './samples.ts'

/** Stands in for what this browser may not see; the pages mark it. */
export const siteKeyPlaceholder = 'YOUR_SITE_KEY'

/** From a new installation to a photo of a day with curl alone; the steps share one shell. `server` is an origin without a slash. */
export function sitesCurlSteps(server: string, siteKey: string, samplePhoto: string): SampleStep[] {
  return [
    {
      title: 'Make an installation',
      text: 'A viewpoint at a site over the years. Days and hours of its photos are those of its time zone.',
      code: `SERVER=${shellWord(server)}
AUTH="Authorization: apiKey "${shellWord(siteKey)}
curl -s -o photo.jpg $SERVER${samplePhoto}
SITE=$(curl -s $SERVER/site/v1/installations -H "$AUTH" \\
  -H 'Content-Type: application/json' \\
  -d '{"name":"North tower","timezone":"Australia/Brisbane"}' |
  sed 's/.*"installation":{"id":"\\([^"]*\\)".*/\\1/')`,
    },
    {
      title: 'Send a photo',
      text: 'As it is. Without taken_at the camera’s own time counts; sent again, the same photo is kept once.',
      code: `PHOTO=$(curl -s "$SERVER/site/v1/installations/$SITE/photos?taken_at=2021-06-01T08:15:00%2B10:00" \\
  -H "$AUTH" -H 'Content-Type: image/jpeg' --data-binary @photo.jpg |
  sed 's/.*"photo":{"id":"\\([^"]*\\)".*/\\1/')`,
    },
    {
      title: 'List a day',
      text: 'Newest first; from and to take any offset. Each photo comes with its URLs.',
      code: `curl -s -G $SERVER/site/v2/photos -H "$AUTH" -d installation_id=$SITE \\
  -d from=2021-06-01T00:00:00%2B10:00 -d to=2021-06-02T00:00:00%2B10:00`,
    },
    {
      title: 'Download it',
      text: 'The URL redirects to a signed link that lasts five minutes; -L follows it.',
      code: `curl -s -L -o preview.jpg $SERVER/site/v1/photos/$PHOTO/file/preview -H "$AUTH"`,
    },
  ]
}

/** A client without any library, on Node 20 and later: sends photos to an installation, and retries as it should. */
export function sitesNodeSample(server: string, siteKey: string): string {
  return `import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'

const server = ${literal(`${server}/site`)}
const authorization = ${literal(`apiKey ${siteKey}`)}

async function call(path, options = {}) {
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(server + path, {
      ...options,
      headers: { authorization, ...options.headers },
    })
    if (answer.ok) return answer.json()
    const { error } = await answer.json()
    // 5xx, 408 and 429 are worth another try; other errors want another request.
    const again = answer.status >= 500 || answer.status === 408 || answer.status === 429
    if (!again || attempt === 5) throw new Error(\`\${answer.status} \${error.code}: \${error.message}\`)
    const wait = Math.random() * Math.min(8, 0.5 * 2 ** attempt)
    // A date-time after a limit, seconds from a busy server.
    const after = answer.headers.get('retry-after') ?? '0'
    const least = Number.isNaN(Number(after)) ? (Date.parse(after) - Date.now()) / 1000 : Number(after)
    await new Promise((resolve) => setTimeout(resolve, 1000 * Math.max(wait, least)))
  }
}

const { installation } = await call('/v1/installations', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'South gate', timezone: 'Europe/Madrid' }),
})
for (const file of process.argv.slice(2)) {
  const query = new URLSearchParams({ filename: basename(file) })
  const { photo, duplicate } = await call(\`/v1/installations/\${installation.id}/photos?\${query}\`, {
    method: 'POST',
    headers: { 'content-type': 'image/jpeg' },
    body: await readFile(file),
  })
  console.log(photo.id, photo.taken_at_local, duplicate ? 'was there' : 'new')
}`
}
