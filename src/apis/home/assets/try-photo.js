// The form of the page about the Scoring API: signs in, sends one photo and shows what is said about it.
const form = document.getElementById('photo-form')
const said = document.getElementById('photo-said')
const shown = document.getElementById('photo-shown')
let last

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const data = new FormData(form)
  said.textContent = 'Looking …'
  shown.replaceChildren()
  try {
    const chosen = data.get('photo')
    const photo = chosen.size > 0 ? chosen : await (await fetch(form.dataset.sample)).blob()
    const ext = chosen.size > 0 ? chosen.name.split('.').pop() : 'jpg'
    const { id_token: token } = await post('/v2.0/authenticate', {
      username: data.get('username'),
      password: data.get('password'),
    })
    if (data.get('key') === '') {
      const clients = [{ name: 'From the docs page', email: 'docs@example.com' }]
      const [made] = await post('/v2.0/client-key', { clients }, token)
      form.elements.key.value = made.secret
    }
    const started = performance.now()
    const body = { 'client-key': form.elements.key.value, 'image-base64': await dataUrl(photo), ext }
    const answer = await post('/v2.1/analyze', body, token)
    said.textContent = `Done in ${Math.round(performance.now() - started)} ms.`
    show(photo, answer)
  } catch (error) {
    said.textContent = error.message
  }
})

async function post(path, body, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  const json = await answer.json()
  if (!answer.ok) throw new Error(`${answer.status}: ${json.detail ?? 'no answer'}`)
  return json
}

function dataUrl(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(`data:image/any;base64,${String(reader.result).split(',')[1]}`)
    reader.onerror = () => reject(new Error('The photo cannot be read.'))
    reader.readAsDataURL(blob)
  })
}

function show(photo, { score, aspects, reasons, labels }) {
  if (last) URL.revokeObjectURL(last)
  last = URL.createObjectURL(photo)
  const parts = Object.entries(aspects).filter(([, value]) => value !== null)
  shown.append(
    element('img', { src: last, alt: 'The photo that was looked at' }),
    element(
      'div',
      { className: 'verdict' },
      element('p', { className: 'score' }, element('strong', {}, score.toFixed(2)), ' of 10'),
      bars(
        'Labels',
        labels.slice(0, 3).map(({ label, confidence }) => [label, confidence, `${(confidence * 100).toFixed(1)} %`]),
      ),
      bars(
        'Aspects',
        parts.map(([name, value]) => [name, value / 10, value.toFixed(1)]),
      ),
      element(
        'p',
        {},
        reasons.length === 0 ? 'Nothing pulls the score down.' : `Pulled down by: ${reasons.join(', ')}.`,
      ),
    ),
  )
}

function bars(title, rows) {
  const items = rows.map(([name, value, text]) =>
    element('li', {}, element('span', {}, name), element('meter', { value, title: text }), element('span', {}, text)),
  )
  return element('div', {}, element('h3', {}, title), element('ul', { className: 'bars' }, ...items))
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}
