import { expect, test } from 'vitest'
import { isOwnHost } from './welcome.ts'

test('loopback and the public authority are own hosts, everything else is foreign', () => {
  for (const host of ['localhost', 'localhost:8080', '127.0.0.1:8080', '127.1.2.3', '[::1]:8080', 'app.localhost']) {
    expect(isOwnHost(host, undefined), host).toBe(true)
  }
  for (const host of ['', 'images.example.com', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', 'a b']) {
    expect(isOwnHost(host, undefined), host).toBe(false)
  }
  const publicUrl = 'https://images.example.com'
  expect(isOwnHost('images.example.com', publicUrl)).toBe(true)
  expect(isOwnHost('Images.Example.com:443', publicUrl)).toBe(true)
  expect(isOwnHost('images.example.com:8443', publicUrl)).toBe(false)
  expect(isOwnHost('images.example.com@evil.example', publicUrl)).toBe(false)
  expect(isOwnHost('evil.example/images.example.com', publicUrl)).toBe(false)
})
