import { expect, test } from 'vitest'
import { html, htmlText, rawHtml } from './html.ts'

test('values are escaped, in content and in attributes', () => {
  const evil = `<script>alert("1" & '2')</script>`
  const escaped = '&#60;script&#62;alert(&#34;1&#34; &#38; &#39;2&#39;)&#60;/script&#62;'
  expect(htmlText(html`<p title="${evil}">${evil}</p>`)).toBe(`<p title="${escaped}">${escaped}</p>`)
})

test('markup, lists and nothing are rendered as such', () => {
  const items = ['a', 'b&'].map((item) => html`<li>${item}</li>`)
  expect(htmlText(html`<ul>${items}</ul>${undefined}${false}${null}${0}${rawHtml('<br>')}`)).toBe(
    '<ul><li>a</li><li>b&#38;</li></ul>0<br>',
  )
})

test('an object that only looks like markup does not get through', () => {
  const forged = JSON.parse('{"html":"<b>"}')
  expect(() => htmlText(html`${forged}`)).not.toThrow()
  expect(htmlText(html`${forged}`)).not.toContain('<b>')
})
