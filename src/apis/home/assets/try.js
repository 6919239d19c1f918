// The interactive part of a docs page: Swagger UI over the API's document, and a token from the public key alone.
const place = document.getElementById('swagger')
const form = document.getElementById('token-form')
const said = document.getElementById('token-said')
let ui
let bearer = 'bearer'

addEventListener('load', async () => {
  if (!globalThis.SwaggerUIBundle) return
  const spec = await (await fetch(place.dataset.document)).json()
  const schemes = Object.entries(spec.components?.securitySchemes ?? {})
  bearer = schemes.find(([, scheme]) => scheme.scheme?.toLowerCase() === 'bearer')?.[0] ?? bearer
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
  said.textContent = 'Asking …'
  try {
    const answer = await fetch('/v1/auth', { method: 'POST', body: new URLSearchParams(new FormData(form)) })
    const body = await answer.json()
    if (!answer.ok) throw new Error(body.message ?? body.error?.message ?? `The server answered ${answer.status}.`)
    ui?.preauthorizeApiKey(bearer, body.token)
    said.textContent = 'Authorised for two hours: the calls below carry the token.'
  } catch (error) {
    said.textContent = `No token: ${error.message}`
  }
})
