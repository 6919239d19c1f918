/** Photo-like drawings of our own: a room, a house and a garden with shade and texture, the same at every call. */
import sharp from 'sharp'

export interface Drawing {
  data: Buffer
  width: number
  height: number
}

export const drawnRooms = ['kitchen', 'bedroom', 'house', 'garden'] as const

/** As a PNG file. */
export async function drawRoom(name: (typeof drawnRooms)[number], width = 900, height = 600): Promise<Buffer> {
  const { data } = await drawing(name, width, height)
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

/** As pixels: shapes from an SVG, then texture and falling light over them. */
export async function drawing(name: (typeof drawnRooms)[number], width = 900, height = 600): Promise<Drawing> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 900 600" preserveAspectRatio="none">${shapes[name]}</svg>`
  const data = await sharp(Buffer.from(svg)).flatten({ background: '#888' }).toColourspace('srgb').raw().toBuffer()
  const coarse = field(Math.ceil(width / 9) + 2, Math.ceil(height / 9) + 2, 7)
  const fine = field(width, height, 11)
  const columns = Math.ceil(width / 9) + 2
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [x, y] = [pixel % width, Math.floor(pixel / width)]
    const grain =
      9 * ((coarse[Math.floor(y / 9) * columns + Math.floor(x / 9)] ?? 0) - 0.5) + 3 * ((fine[pixel] ?? 0) - 0.5)
    const light = 0.82 + (0.24 * x) / width - (0.1 * y) / height
    for (let channel = 0; channel < 3; channel++) {
      const at = pixel * 3 + channel
      data[at] = Math.max(0, Math.min(255, Math.round((data[at] ?? 0) * light + grain)))
    }
  }
  return { data, width, height }
}

const tiles = (x: number, y: number, columns: number, rows: number, size: number, fill: string) =>
  Array.from({ length: columns * rows }, (_, index) => {
    const [column, row] = [index % columns, Math.floor(index / columns)]
    return `<rect x="${x + column * size}" y="${y + row * size}" width="${size - 3}" height="${size - 3}" fill="${fill}"/>`
  }).join('')

const shapes: Record<(typeof drawnRooms)[number], string> = {
  kitchen: `<rect width="900" height="600" fill="#d9cdb8"/><rect y="430" width="900" height="170" fill="#7d5a3c"/>
    ${tiles(60, 190, 18, 4, 44, '#efe9df')}<rect x="40" y="360" width="820" height="26" fill="#3a3a3e"/>
    <rect x="60" y="386" width="780" height="130" fill="#a8643c"/>${tiles(80, 396, 6, 1, 126, '#c07a4c')}
    <rect x="100" y="30" width="240" height="130" fill="#8a5230"/><rect x="560" y="30" width="240" height="130" fill="#8a5230"/>
    <rect x="390" y="40" width="120" height="130" fill="#f4f7fb"/><circle cx="700" cy="345" r="22" fill="#c22"/>`,
  bedroom: `<rect width="900" height="600" fill="#aebfc9"/><rect y="420" width="900" height="180" fill="#6b5644"/>
    <rect x="230" y="300" width="430" height="190" fill="#e8e2d6"/><rect x="210" y="220" width="470" height="100" fill="#5b3d28"/>
    <rect x="260" y="280" width="150" height="60" fill="#fff"/><rect x="480" y="280" width="150" height="60" fill="#fff"/>
    <rect x="40" y="80" width="140" height="220" fill="#eef4f8"/><rect x="108" y="80" width="6" height="220" fill="#555"/>
    <rect x="720" y="120" width="120" height="160" fill="#2f4858"/><circle cx="780" cy="200" r="40" fill="#d8a23a"/>
    <rect x="690" y="330" width="90" height="120" fill="#4a3020"/>`,
  house: `<rect width="900" height="600" fill="#7fb2de"/><rect y="470" width="900" height="130" fill="#5a8a3c"/>
    <rect x="180" y="220" width="540" height="270" fill="#d8b48c"/><polygon points="150,220 450,80 750,220" fill="#8c3b2a"/>
    ${tiles(230, 270, 3, 1, 160, '#dfeaf2')}<rect x="410" y="370" width="80" height="120" fill="#4b2e20"/>
    ${tiles(185, 440, 26, 2, 20, '#b08a64')}<circle cx="820" cy="330" r="70" fill="#2f5d2a"/><rect x="812" y="390" width="16" height="90" fill="#4a3524"/>`,
  garden: `<rect width="900" height="600" fill="#9cc4e4"/><rect y="260" width="900" height="340" fill="#4f7f38"/>
    ${Array.from({ length: 60 }, (_, index) => `<circle cx="${(index * 151) % 900}" cy="${280 + ((index * 89) % 300)}" r="${6 + (index % 5) * 4}" fill="${['#c33', '#e8c020', '#fff', '#7a3', '#264'][index % 5]}"/>`).join('')}
    <rect x="120" y="150" width="26" height="200" fill="#4a3524"/><circle cx="133" cy="130" r="80" fill="#27552a"/>
    <rect x="520" y="180" width="8" height="150" fill="#eee"/><rect x="640" y="180" width="8" height="150" fill="#eee"/><rect x="500" y="200" width="320" height="8" fill="#eee"/>`,
}

/** Numbers 0..1 that look like chance and are always the same. */
function field(columns: number, rows: number, seed: number): Float32Array {
  let state = seed
  return Float32Array.from({ length: columns * rows }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  })
}
