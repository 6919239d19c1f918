// Swagger UI over the document of the Sites API. Its own box authorises: the text goes into the header as it was typed.
const place = document.getElementById('swagger')

addEventListener('load', async () => {
  if (!globalThis.SwaggerUIBundle) return
  const spec = await (await fetch(place.dataset.document)).json()
  globalThis.SwaggerUIBundle({
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
