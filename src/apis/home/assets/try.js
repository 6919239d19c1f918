// The interactive part of a docs page: Swagger UI over the API's document, and a form that authorises it: by a token that
// the public key buys, or by the private key itself.
const place = document.getElementById('swagger')
const form = document.getElementById('key-form')
const said = document.getElementById('key-said')
let ui
let scheme = 'token'

addEventListener('load', async () => {
  if (!globalThis.SwaggerUIBundle) return
  const spec = await (await fetch(place.dataset.document)).json()
  scheme = Object.keys(spec.components?.securitySchemes ?? {})[0] ?? scheme
  ui = globalThis.SwaggerUIBundle({
    spec,
    domNode: place,
    deepLinking: false,
    docExpansion: 'list',
    defaultModelsExpandDepth: -1,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    syntaxHighlight: { activated: true },
  })
})

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const data = new FormData(form)
  if (data.has('username')) return signIn(data)
  const privateKey = data.get('private_key')
  if (privateKey !== null) {
    ui?.preauthorizeBasic(scheme, privateKey, '')
    said.textContent = 'Authorised: the calls below carry the key.'
    return
  }
  said.textContent = 'Asking …'
  try {
    const answer = await fetch('/v1/auth', { method: 'POST', body: new URLSearchParams(data) })
    const body = await answer.json()
    if (!answer.ok) throw new Error(body.message ?? body.error?.message ?? `The server answered ${answer.status}.`)
    ui?.preauthorizeApiKey(scheme, body.token)
    said.textContent = 'Authorised for two hours: the calls below carry the token.'
  } catch (error) {
    said.textContent = `No token: ${error.message}`
  }
})

async function signIn(data) {
  said.textContent = 'Asking …'
  try {
    const answer = await fetch('/v2.0/authenticate', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(Object.fromEntries(data)),
    })
    const body = await answer.json()
    if (!answer.ok) throw new Error(body.detail ?? `The server answered ${answer.status}.`)
    ui?.preauthorizeApiKey(scheme, body.id_token)
    said.textContent = 'Authorised for 24 hours: the calls below carry the token.'
  } catch (error) {
    said.textContent = `No token: ${error.message}`
  }
}
