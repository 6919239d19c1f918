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
        operations: turnOf(files[0]),
        output: {
          format: 'gif',
          animation: { delayMs: tool.delayMs, loop: tool.loop, turns: files.map((file) => file.rotate) },
        },
      },
    ]
  }
  return files.map((file, position) => ({ positions: [position], ...planFile(file, tool) }))
}

function planFile(file: TaskInput, tool: TaskJobParams['tool']): Omit<PlannedRun, 'positions'> {
  const rotate = turnOf(file)
  const sources = [file.serverFilename]
  const output: OutputSpec = { format: 'same' }
  switch (tool.tool) {
    case 'resizeimage':
      return { sources, operations: { ...rotate, resize: tool.resize }, output }
    case 'cropimage':
      return { sources, operations: { ...rotate, crop: tool.crop }, output }
    case 'rotateimage':
      return { sources, operations: rotate, output }
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

function turnOf(file: TaskInput | undefined): Operations {
  return file === undefined || file.rotate === 0 ? {} : { rotate: file.rotate }
}

/** Adds the stamp's picture to `sources`, once however often it is stamped. */
function toStamp(element: WatermarkElement, sources: string[]): Stamp {
  const { type, text, image, fontFamily, bold, italic, fontSize, color, ...placement } = element
  if (type === 'text') return { type, text: text ?? '', fontFamily, bold, italic, fontSize, color, ...placement }
  const known = sources.indexOf(image ?? '', 1)
  const source = known === -1 ? sources.push(image ?? '') - 1 : known
  return { type, source, ...placement }
}
