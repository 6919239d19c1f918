/** The accepted process request of a task: what the job needs, in our own words. Kept as JSON with the task. */
import type {
  CompressionLevel,
  Crop,
  ImageFormat,
  QuarterTurn,
  Resize,
  StampPlacement,
  TextStyle,
} from '../processing/operations.ts'

export interface TaskInput {
  serverFilename: string
  /** Base of the output name; empty until it is submitted: the name at upload. */
  filename: string
  /** Clockwise, applied before the tool. */
  rotate: 0 | QuarterTurn
  /** For a protected PDF: plain in a submission, sealed in the store, and gone when the task ends. */
  password?: string
}

/** A watermark element as asked for; an image is still a server_filename of the task. */
export interface WatermarkElement extends StampPlacement, TextStyle {
  type: 'text' | 'image'
  text?: string
  image?: string
}

export type ToolParams =
  | { tool: 'resizeimage'; resize: Resize }
  | { tool: 'cropimage'; crop: Crop }
  | { tool: 'compressimage'; level: CompressionLevel }
  | { tool: 'convertimage'; to: ImageFormat | 'gif_animation'; delayMs: number; loop: number }
  | { tool: 'watermarkimage'; elements: WatermarkElement[] }
  | { tool: 'rotateimage' }
  | { tool: 'repairimage' }
  | { tool: 'upscaleimage'; factor: 2 | 4 }
  | { tool: 'removebackgroundimage' }

export interface TaskJobParams {
  files: TaskInput[]
  ignoreErrors: boolean
  tryRepair: boolean
  outputFilename: string | null
  packagedFilename: string
  /** Absent: synchronous. Empty: background without callback. */
  webhook?: string
  /** Authority the request came to: the `server` value of the callback. */
  server: string
  tool: ToolParams
}
