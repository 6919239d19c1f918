import { describe, expect, it } from 'vitest'
import { addressMatches, pageHost } from './client-filters.ts'

describe('addresses', () => {
  it.each([
    [['10.1.0.0/16'], '10.1.2.3', true],
    [['10.1.0.0/16'], '10.2.0.0', false],
    // Bits behind the prefix do not count.
    [['10.1.2.3/16'], '10.1.200.1', true],
    [['10.1.0.0/16'], '::ffff:10.1.2.3', true],
    [['::ffff:10.1.0.0/112'], '10.1.2.3', true],
    [['::ffff:10.1.2.3'], '10.1.2.3', true],
    [['0.0.0.0/0'], '203.0.113.9', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['::1'], '::1', true],
    [['2001:db8::/32'], '2001:DB8:0:0::5', true],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [['192.0.2.1', '192.0.2.9'], '192.0.2.9', true],
    [['192.0.2.1'], 'unknown', false],
    [['192.0.2.1'], '', false],
    [[], '192.0.2.1', false],
  ])('%j has %s: %s', (ranges, address, expected) => {
    expect(addressMatches(ranges, address)).toBe(expected)
  })
})

describe('the page that sent a request', () => {
  it.each([
    [{ origin: 'https://Shop.Example:8443' }, 'shop.example'],
    [{ origin: 'https://shop.example.', referer: 'https://other.example/' }, 'shop.example'],
    [{ referer: 'https://shop.example/a?b#c' }, 'shop.example'],
    [{ origin: '', referer: 'https://shop.example/' }, 'shop.example'],
    [{ origin: 'null', referer: 'https://shop.example/' }, undefined],
    [{ origin: 'http://[::1]:80' }, '[::1]'],
    [{ referer: 'about:blank' }, undefined],
    [{}, undefined],
  ])('%j: %s', (headers, host) => {
    expect(pageHost(headers)).toBe(host)
  })
})
