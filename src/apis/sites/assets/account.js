// The page of a person's API keys: signs in, and makes, shows, switches and deletes keys by the calls of /site/account.
const base = '/site/account'
const part = (id) => document.getElementById(id)
const lines = {
  eye: '<path d="M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12z"/><circle cx="12" cy="12" r="2.8"/>',
  hide: '<path d="M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12z"/><circle cx="12" cy="12" r="2.8"/><path d="M4 20 20 4"/>',
  bin: '<path d="M4 7h16M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3"/>',
}
let session = null

/** The members of the answer; otherwise an error with the server's words. */
async function ask(method, path, body) {
  let answer
  try {
    answer = await fetch(base + path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(session === null ? {} : { 'x-csrf-token': session.csrf_token }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  } catch {
    throw new Error('The server does not answer. Look at your connection and try again.')
  }
  const json = await answer.json().catch(() => ({}))
  if (answer.ok) return json
  const { code, message, field } = json.error ?? {}
  const until = answer.headers.get('retry-after')
  const wait = answer.status === 429 && Number.isFinite(Date.parse(until)) ? ` Not before ${clock(until)}.` : ''
  const text = `${message ?? `The server answered with ${answer.status}.`}${wait}`
  throw Object.assign(new Error(text), { code, field, status: answer.status })
}

const clock = (text) => new Date(text).toLocaleTimeString()

/** Shows what went wrong; nothing takes it away. */
function say(text, place = part('said')) {
  place.textContent = text ?? ''
  place.hidden = !text
}

/** Work of a form or a button: once at a time, its failure is said; a session that ended leads to the form. */
async function act(trigger, work) {
  if (trigger.disabled) return
  say()
  const hadFocus = document.activeElement === trigger
  trigger.disabled = true
  try {
    await work()
  } catch (error) {
    if (error.status === 401 && session !== null) {
      show(null)
      say('You are signed out by now. Sign in again.')
    } else say(error.message)
  } finally {
    trigger.disabled = false
    // A button that is out of order loses the focus; one of a dialog that closed keeps it for a moment.
    if (hadFocus && document.activeElement.matches('body, dialog:not([open]) *')) trigger.focus()
  }
}

function show(next) {
  session = next
  part('wait').hidden = true
  part('who').hidden = next === null
  part('sign-in').hidden = next !== null
  part('keys').hidden = next === null
  part('username').textContent = next?.user.username ?? ''
  // Nothing of the last person stays in the page.
  forgetFresh()
  part('list').replaceChildren()
  for (const id of ['done', 'ask-delete-name']) part(id).textContent = ''
  part('new-key').reset()
  part('sign-in-form').reset()
  for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close('cancel')
}

part('sign-in-form').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.target
  act(form.querySelector('button'), async () => {
    const { username, password } = Object.fromEntries(new FormData(form))
    await ask('POST', '/sign-in', { username, password })
    const { session: kept } = await ask('GET', '/session')
    if (kept === null) {
      throw new Error(
        'The password is right, but your browser kept no cookie. Open this page by the public address of the server, and allow cookies.',
      )
    }
    show(kept)
    await list()
    part('new-key').elements.name.focus()
  })
})

part('sign-out').addEventListener('click', ({ currentTarget }) =>
  act(currentTarget, async () => {
    await ask('POST', '/sign-out')
    show(null)
    part('sign-in-form').elements.username.focus()
  }),
)

async function list() {
  const { api_keys: keys } = await ask('GET', '/api-keys')
  part('empty').hidden = keys.length > 0
  part('list').replaceChildren(...keys.map(row))
}

part('new-key').addEventListener('submit', (event) => {
  event.preventDefault()
  const form = event.target
  act(form.querySelector('button'), async () => {
    const { key, api_key: secret } = await ask('POST', '/api-keys', { name: form.elements.name.value })
    form.reset()
    await list()
    part('fresh-text').textContent = key.revealable
      ? `“${key.name}” is ready. Copy it to your program; the eye below shows it again.`
      : `“${key.name}” is ready. Copy it now: it is not kept in a readable form and cannot be shown again.`
    part('fresh-key').textContent = secret
    part('fresh-call').textContent =
      `curl -H 'Authorization: apiKey ${secret}' \\\n  ${part('content').dataset.origin}/site/v1/installations`
    part('fresh').hidden = false
    part('fresh').focus()
  })
})

part('fresh-copy').addEventListener('click', ({ currentTarget }) => copy(currentTarget, part('fresh-key')))
part('fresh-done').addEventListener('click', () => {
  forgetFresh()
  part('new-key').elements.name.focus()
})

function forgetFresh() {
  part('fresh').hidden = true
  for (const id of ['fresh-text', 'fresh-key', 'fresh-call']) part(id).textContent = ''
}

/** One key as an entry of the list. */
function row(key) {
  const shown = element('p', { className: 'secret' }, element('code', {}, masked(key)))
  const box = element('input', { type: 'checkbox', checked: key.enabled })
  const eye = icon('eye', `Show the key ${key.name}`)
  const bin = icon('bin', `Delete the key ${key.name}`)
  const entry = element(
    'li',
    { className: key.enabled ? '' : 'off' },
    element(
      'div',
      { className: 'head' },
      element('h2', {}, key.name),
      element('span', { className: 'facts' }, use(key)),
    ),
    shown,
    key.camera_id ? element('p', { className: 'facts' }, `Only sends photos of the camera ${key.camera_id}.`) : '',
    element(
      'div',
      { className: 'actions ends' },
      element('label', { className: 'switch' }, box, element('span', {}, 'Enabled')),
      element('span', { className: 'actions' }, key.revealable ? eye : '', bin),
    ),
  )
  box.setAttribute('aria-label', `Enabled: ${key.name}`)
  box.addEventListener('change', () =>
    act(box, async () => {
      const wanted = box.checked
      try {
        await ask('PATCH', `/api-keys/${key.id}`, { enabled: wanted })
      } catch (error) {
        box.checked = !wanted
        throw error
      }
      entry.className = wanted ? '' : 'off'
      part('done').textContent = `${key.name} is ${wanted ? 'enabled' : 'disabled'}.`
    }),
  )
  eye.addEventListener('click', () => act(eye, () => toggle(key, shown, eye)))
  bin.addEventListener('click', () =>
    act(bin, async () => {
      part('ask-delete-name').textContent = key.name
      if ((await answerOf(part('ask-delete'))) !== 'ok') return
      await ask('DELETE', `/api-keys/${key.id}`)
      forgetFresh()
      await list()
      part('done').textContent = `${key.name} is deleted.`
      part('new-key').elements.name.focus()
    }),
  )
  return entry
}

const masked = ({ prefix }) => `${prefix ?? ''}${prefix ? '_' : ''}${'•'.repeat(12)}`

function use({ created_at: created, last_used_at: used }) {
  return `Made ${day(created)} · ${used === null ? 'never used' : `last used ${moment(used)}`}`
}
const day = (text) => new Date(text).toLocaleDateString(undefined, { dateStyle: 'medium' })
const moment = (text) => new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** Shows the whole key with a button to copy it, or hides it again. */
async function toggle(key, place, eye) {
  if (place.querySelector('button')) {
    place.replaceChildren(element('code', {}, masked(key)))
    return dress(eye, 'eye', `Show the key ${key.name}`)
  }
  const secret = await reveal(key)
  if (secret === undefined) return
  const code = element('code', {}, secret)
  const button = element('button', { type: 'button', className: 'button small' }, 'Copy')
  button.addEventListener('click', () => copy(button, code))
  place.replaceChildren(code, button)
  dress(eye, 'hide', `Hide the key ${key.name}`)
}

/** Undefined: the person did not want to give the password. */
async function reveal(key) {
  try {
    return (await ask('GET', `/api-keys/${key.id}/reveal`)).api_key
  } catch (error) {
    if (error.field !== 'password') throw error
    return (await confirmed()) ? reveal(key) : undefined
  }
}

/** Asks for the password until it is right; false when the person gave up. */
async function confirmed() {
  const dialog = part('ask-password')
  const form = dialog.querySelector('form')
  form.elements.username.value = session.user.username
  say('', dialog.querySelector('.said'))
  for (;;) {
    form.elements.password.value = ''
    const answer = await answerOf(dialog)
    const password = form.elements.password.value
    form.elements.password.value = ''
    if (answer !== 'ok') return false
    try {
      session = (await ask('POST', '/confirm', { password })).session
      return true
    } catch (error) {
      // Told from a session that ended by the field that is at fault.
      if (error.status === 401 && error.field !== 'username') throw error
      say(error.field === 'username' ? 'This is not your password.' : error.message, dialog.querySelector('.said'))
    }
  }
}

/** Opens the dialog; resolves with the value of the button that closed it. */
function answerOf(dialog) {
  dialog.returnValue = 'cancel'
  dialog.showModal()
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }))
}

/** The clipboard exists on secure pages only (HTTPS or this machine); elsewhere the selection is copied the old way. */
async function copy(button, code) {
  let done = true
  try {
    await navigator.clipboard.writeText(code.textContent)
  } catch {
    getSelection().selectAllChildren(code)
    done = document.execCommand('copy')
  }
  button.textContent = done ? 'Copied' : 'Press Ctrl+C'
  part('done').textContent = done ? 'The key is copied.' : 'The key is selected; press Ctrl+C.'
  setTimeout(() => {
    button.textContent = 'Copy'
  }, 2500)
}

function element(name, properties, ...content) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...content)
  return made
}

function icon(name, label) {
  return dress(element('button', { type: 'button', className: 'icon' }), name, label)
}

function dress(button, name, label) {
  button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true">${lines[name]}</svg>`
  button.setAttribute('aria-label', label)
  button.title = label
  return button
}

// Who is signed in already.
try {
  const { session: known } = await ask('GET', '/session')
  show(known)
  if (known !== null) await list()
} catch (error) {
  show(session)
  say(error.message)
}
