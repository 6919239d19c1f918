import { describe, expect, it } from 'vitest'
import { isPublic, parseAddress } from './addresses.ts'
import { parseAllowList } from './allow-list.ts'
import { codeOf, synchronously } from './test-servers.ts'

const judge = (text: string) => {
  const address = parseAddress(text)
  return address === undefined ? undefined : isPublic(address)
}

describe('public addresses', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '198.17.0.1',
    '198.20.0.1',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2a00:1450::5efe:808:808',
  ])('%s is one', (text) => expect(judge(text)).toBe(true))

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.5',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::2',
    '::127.0.0.1',
    '::7f00:1',
    '::808:808',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::8.8.8.8',
    '64:ff9b:1::1',
    '100::1',
    '2001::1',
    '2001:0:4136:e378:8000:63bf:3fff:fdd2',
    '2001:2::1',
    '2001:10::1',
    '2001:20::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:808:808::1',
    '3fff::1',
    '4000::1',
    '5f00::1',
    'fc00::1',
    'fd00::2',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '2a00:1450::5efe:127.0.0.1',
    '2a00:1450::5efe:a00:5',
    '2a00:1450:0:0:200:5efe:10.0.0.5',
    'fe80::5efe:10.0.0.5',
  ])('%s is none', (text) => expect(judge(text)).toBe(false))

  it.each(['', 'localhost', '127.1', '0x7f.0.0.1', '017700000001', '1.2.3', '1.2.3.4.5', ':::', '[::1]', '1.2.3.256'])(
    '%s is no address',
    (text) => expect(judge(text)).toBeUndefined(),
  )
})

describe('the allow list', () => {
  const allows = (entries: string[], target: string) => {
    const list = parseAllowList(entries)
    const address = parseAddress(target)
    return address === undefined ? list.host(target) : list.address(address)
  }

  it('knows addresses and ranges', () => {
    expect(allows(['10.1.0.0/16'], '10.1.2.3')).toBe(true)
    expect(allows(['10.1.0.0/16'], '10.2.0.1')).toBe(false)
    expect(allows(['10.1.2.3'], '10.1.2.3')).toBe(true)
    expect(allows(['10.1.2.3'], '10.1.2.4')).toBe(false)
    expect(allows(['10.1.0.0/16'], '::ffff:10.1.2.3')).toBe(true)
    expect(allows(['fd00::/8', '[::1]'], 'fd12::1')).toBe(true)
    expect(allows(['fd00::/8', '[::1]'], '::1')).toBe(true)
    expect(allows(['::/0'], '10.0.0.1')).toBe(false)
    expect(allows(['0.0.0.0/0'], '::1')).toBe(false)
  })

  it('knows names and wildcards', () => {
    expect(allows(['Cameras.Internal'], 'cameras.internal')).toBe(true)
    expect(allows(['cameras.internal'], 'x.cameras.internal')).toBe(false)
    expect(allows(['*.example.com'], 'a.example.com')).toBe(true)
    expect(allows(['*.example.com'], 'a.b.example.com')).toBe(true)
    expect(allows(['*.example.com'], 'example.com')).toBe(false)
    expect(allows(['*.example.com'], 'badexample.com')).toBe(false)
    expect(allows(['bücher.example'], 'xn--bcher-kva.example')).toBe(true)
    expect(allows(['host.example.'], 'host.example')).toBe(true)
  })

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '::ffff:10.0.0.0/8',
    'http://host',
    'host:80',
    'a/b',
    '127.1',
    '*.',
    '*',
  ])('refuses the entry "%s"', async (entry) => {
    expect(await codeOf(synchronously(() => parseAllowList([entry])))).toBe('invalid')
  })
})
