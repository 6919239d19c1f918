import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { curlSteps, nodeClientSample, nodeFetchSample } from './samples.ts'

const odd = { publicKey: `it's $HOME & "co" \\ x`, secretKey: `a'b"c\\d` }

test('a key with odd characters stays one word of the shell', () => {
  const [first] = curlSteps('http://127.0.0.1:8080', odd, '/assets/sample.jpg')
  const word = /--data-urlencode (public_key=.*) \|$/m.exec(first?.code ?? '')?.[1] ?? ''
  expect(spawnSync('sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' }).stdout).toBe(`public_key=${odd.publicKey}`)
})

test('a key with odd characters stays one string of the script', () => {
  const call = /new ILoveIMGApi\((.*)\)/.exec(nodeClientSample('http://h', odd))?.[1]
  const { stdout } = spawnSync(process.execPath, ['-e', `console.log(JSON.stringify([${call}]))`], { encoding: 'utf8' })
  expect(JSON.parse(stdout)).toEqual([odd.publicKey, odd.secretKey])
})

test('host and scheme of the server are the only change to the client', () => {
  const sample = nodeClientSample('https://images.example.com', odd)
  expect(sample).toContain("config.ILOVEIMG_API_URL = 'images.example.com'")
  expect(sample).toContain("config.ILOVEIMG_API_URL_PROTOCOL = 'https'")
  expect(nodeFetchSample('https://images.example.com', odd)).toContain("'https://images.example.com/v1'")
})
