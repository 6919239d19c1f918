/** The Scoring API's first calls as people paste them. Tests run these very texts. */
import { literal, type SampleStep, shellWord } from './samples.ts'

export interface SampleAccount {
  username: string
  password: string
}

/** Stand in for what this browser may not see; the pages mark them. */
export const accountPlaceholders: SampleAccount = { username: 'YOUR_USER', password: 'YOUR_PASSWORD' }

/** From signing in to a sorted listing with curl alone; the steps share one shell. `server` is an origin without a slash. */
export function scoringCurlSteps(server: string, account: SampleAccount, samplePhoto: string): SampleStep[] {
  const credentials = JSON.stringify({ username: account.username, password: account.password })
  return [
    {
      title: 'Sign in',
      text: 'A session token for 24 hours; every other call carries it.',
      code: `SERVER=${shellWord(server)}
curl -s -o photo.jpg $SERVER${samplePhoto}
TOKEN=$(curl -s $SERVER/v2.0/authenticate -H 'Content-Type: application/json' \\
  -d ${shellWord(credentials)} |
  sed 's/.*"id_token":"\\([^"]*\\)".*/\\1/')`,
    },
    {
      title: 'Make a client-key',
      text: 'One for each end user of yours: rates are counted by it. Its secret is told here and never again.',
      code: `KEY=$(curl -s $SERVER/v2.0/client-key -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' \\
  -d '{"clients":[{"name":"Casa Norte","email":"ana@example.org"}]}' |
  sed 's/.*"secret":"\\([^"]*\\)".*/\\1/')`,
    },
    {
      title: 'Score a photo',
      text: 'From 0 to 10. The photo goes as Base64, or as image-url for the server to fetch.',
      code: `PHOTO=$(base64 < photo.jpg | tr -d '\\n')
printf '{"client-key":"%s","ext":"jpg","image-base64":"%s"}' "$KEY" "$PHOTO" > photo.json
curl -s $SERVER/v2.0/score -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' --data-binary @photo.json`,
    },
    {
      title: 'Label it',
      text: 'Which of 23 kinds of photo it is, and how certain that is.',
      code: `curl -s $SERVER/v2.0/label -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' --data-binary @photo.json`,
    },
    {
      title: 'Sort a listing',
      text: 'By labels and scores of any origin: the best photo of each of the first rooms, then room by room.',
      code: `curl -s $SERVER/v2.0/sort -H "Authorization: Bearer $TOKEN" \\
  -H 'Content-Type: application/json' -d '{"client-key":"'$KEY'",
    "data":[{"identifier":"a","label":"livingroom","score":6.1},
            {"identifier":"b","label":"kitchen","score":7.4}],
    "preferences":[{"position":1,"label":"kitchen"}],"top":{"amount":1}}'`,
    },
  ]
}

/** A client without any library, on Node 20 and later: scores photos by their addresses, and retries as it should. */
export function scoringNodeSample(server: string, account: SampleAccount): string {
  return `const server = ${literal(`${server}/v2.0`)}
const key = process.env.CLIENT_KEY
let token

async function call(path, body) {
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(server + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: \`Bearer \${token}\` }) },
      body: JSON.stringify(body),
    })
    if (answer.ok) return answer.json()
    const problem = await answer.json()
    // 5xx, 408 and 429 are worth another try; other errors want another request.
    const again = answer.status >= 500 || answer.status === 408 || answer.status === 429
    if (!again || attempt === 5) throw new Error(\`\${answer.status} \${problem.code}: \${problem.detail}\`)
    const wait = Math.random() * Math.min(8, 0.5 * 2 ** attempt)
    const least = Number(answer.headers.get('retry-after') ?? 0)
    await new Promise((resolve) => setTimeout(resolve, 1000 * Math.max(wait, least)))
  }
}

token = (await call('/authenticate', { username: ${literal(account.username)}, password: ${literal(account.password)} })).id_token
for (const url of process.argv.slice(2)) {
  const { score } = await call('/score', { 'client-key': key, 'image-url': url })
  const { label } = await call('/label', { 'client-key': key, 'image-url': url })
  console.log(score.toFixed(2), label, url)
}`
}
