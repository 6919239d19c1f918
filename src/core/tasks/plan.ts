/** From the accepted request to the engine's jobs: which sources, operations and output each run of a task needs. */
import type { Operations, OutputSpec, Stamp } from '../processing/operations.ts'
import type { TaskInput, TaskJobParams, WatermarkElement } from './params.ts'

/** One run of the engine, with files still named by server_filename. */
export interface PlannedRun {
  /** Places in the request's `files` that this run covers; the first gives the output its place and name. */
  positions: number[]
  /** server_filenames; [0] is the image, then stamps or further frames. */
  sources: string[]
  operations: Operations
  output: OutputSpec
}

/** Usually one run per input; an animated gif is one run over all. */
export function planRuns(params: TaskJobParams): PlannedRun[] {
  const { tool, files } = params
  if (tool.tool === 'convertimage' && tool.to === 'gif_animation') {
    return [
      {
        positions: files.map((_, position) => position),
        sources: files.map((file) => file.serverFilename),
        ...animate(
          files.map((file) => file.rotate),
          tool,
        ),
      },
    ]
  }
  return files.map((file, position) => ({ positions: [position], ...planFile(file, tool) }))
}

/** The first file's turn also decides the sides of the canvas. */
function animate(turns: readonly TaskInput['rotate'][], { delayMs, loop }: { delayMs: number; loop: number }) {
  const [first = 0] = turns
  const operations: Operations = first === 0 ? {} : { rotate: first }
  return { operations, output: { format: 'gif', animation: { delayMs, loop, turns } } satisfies OutputSpec }
}

/** The same run without some of its places, for an animation that goes on without a broken frame. Undefined: none is left. */
export function withoutPositions(run: PlannedRun, gone: ReadonlySet<number>): PlannedRun | undefined {
  const positions = run.positions.filter((position) => !gone.has(position))
  if (positions.length === run.positions.length) return run
  if (positions.length === 0) return undefined
  const keeps = (_: unknown, index: number) => positions.includes(run.positions[index] ?? -1)
  const { animation } = run.output
  const turns = (animation?.turns ?? []).filter(keeps)
  return {
    positions,
    sources: run.sources.filter(keeps),
    ...(animation === undefined ? run : animate(turns, animation)),
  }
}

function planFile(file: TaskInput, tool: TaskJobParams['tool']): Omit<PlannedRun, 'positions'> {
  const rotate: Operations = file.rotate === 0 ? {} : { rotate: file.rotate }
  const sources = [file.serverFilename]
  const output: OutputSpec = { format: 'same' }
  switch (tool.tool) {
    case 'resizeimage':
      return { sources, operations: { ...rotate, resize: tool.resize }, output }
    case 'cropimage':
      return { sources, operations: { ...rotate, crop: tool.crop }, output }
    case 'rotateimage':
      return { sources, operations: rotate, output }
    case 'repairimage':
      return { sources, operations: rotate, output: { format: 'same', repair: true } }
    case 'upscaleimage':
      return { sources, operations: { ...rotate, upscale: { factor: tool.factor } }, output }
    case 'removebackgroundimage':
      return { sources, operations: { ...rotate, removeBackground: true }, output: { format: 'png' } }
    case 'compressimage':
      return { sources, operations: rotate, output: { format: 'same', compress: tool.level } }
    case 'convertimage':
      return { sources, operations: rotate, output: { format: tool.to === 'gif_animation' ? 'gif' : tool.to } }
    case 'watermarkimage': {
      const stamps = tool.elements.map((element) => toStamp(element, sources))
      return { sources, operations: { ...rotate, watermark: stamps }, output }
    }
  }
}

/** Adds the stamp's picture to `sources`, once however often it is stamped. */
function toStamp(element: WatermarkElement, sources: string[]): Stamp {
  const { type, text, image, fontFamily, bold, italic, fontSize, color, ...placement } = element
  if (type === 'text') return { type, text: text ?? '', fontFamily, bold, italic, fontSize, color, ...placement }
  const known = sources.indexOf(image ?? '', 1)
  const source = known === -1 ? sources.push(image ?? '') - 1 : known
  return { type, source, ...placement }
}
