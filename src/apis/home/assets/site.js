// A copy button for every sample, and the state of the page's colours for Swagger UI. Without scripts nothing is missing.
for (const sample of document.querySelectorAll('.sample')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'copy'
  button.textContent = 'Copy'
  button.setAttribute('aria-label', `Copy: ${sample.getAttribute('aria-label') ?? 'sample'}`)
  button.addEventListener('click', async () => {
    button.textContent = (await copy(sample.querySelector('code'))) ? 'Copied' : 'Press Ctrl+C'
    setTimeout(() => {
      button.textContent = 'Copy'
    }, 2500)
  })
  sample.append(button)
  sample.classList.add('has-copy')
}

/** The clipboard exists on secure pages only (HTTPS or this machine); elsewhere the selection is copied the old way. */
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent)
    return true
  } catch {
    getSelection().selectAllChildren(code)
    return document.execCommand('copy')
  }
}

const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()
