// The form of the page about image URLs: fetches what the address asks for, shows it and says what came.
const form = document.getElementById('image-form')
const said = document.getElementById('image-said')
const shown = document.getElementById('image-shown')
let last

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const data = new FormData(form)
  const path = String(data.get('path')).replace(/^\/+/, '')
  const tr = String(data.get('tr')).trim()
  const address = `/${encodeURI(path)}${tr === '' ? '' : `?tr=${encodeURIComponent(tr)}`}`
  said.textContent = 'Asking …'
  shown.replaceChildren()
  try {
    const started = performance.now()
    const answer = await fetch(address, { cache: 'no-store' })
    const ms = Math.round(performance.now() - started)
    if (!answer.ok) throw new Error(`${answer.status}: ${(await answer.text()).trim()}`)
    const blob = await answer.blob()
    said.textContent = `${blob.type}, ${blob.size.toLocaleString('en')} bytes, ${ms} ms`
    if (!blob.type.startsWith('image/')) return
    if (last) URL.revokeObjectURL(last)
    last = URL.createObjectURL(blob)
    const image = Object.assign(document.createElement('img'), { src: last, alt: `${path} as ${tr || 'it is'}` })
    shown.append(image)
  } catch (error) {
    said.textContent = error.message
  }
})
