/** What is written about a model before its file is there: where it comes from, how it is fed and how it is read. */
import { z } from 'zod'
import { modelDecoders, modelTasks } from '../../core/processing/model.ts'

const triple = z.tuple([z.number(), z.number(), z.number()])

const input = z.strictObject({
  name: z.string().min(1),
  width: z.number().int().nonnegative(),
  height: z.number().int().nonnegative(),
  layout: z.enum(['NCHW', 'NHWC']),
  channels: z.enum(['RGB', 'BGR']),
  mean: triple,
  std: triple.refine((std) => std.every((value) => value !== 0), 'must not be 0'),
  resize: z.enum(['stretch', 'cover', 'contain']),
})

/** Weights of an installed npm package, converted here: nothing of them is part of this repository. */
const packageSource = z.strictObject({
  kind: z.literal('package'),
  package: z.string().min(1),
  /** The model's JSON inside the package. */
  file: z.string().min(1),
  format: z.enum(['tfjs-graph', 'tfjs-layers']),
  /** Side of the converted model's input; 0: as large as the picture. */
  side: z.number().int().nonnegative(),
  /** Outputs of the converted model and the nodes that give them; `pool`: the mean over the picture. */
  outputs: z.array(z.strictObject({ name: z.string(), node: z.string(), pool: z.boolean().optional() })).min(1),
})

/** An ONNX file of a hub's repository, fetched by `imagestead models pull` only. */
const hubSource = z.strictObject({
  kind: z.literal('hub'),
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'must be owner/name'),
  /** A commit, so that the file cannot change; a branch only while `sha256` is null. */
  revision: z.string().regex(/^[\w.-]+$/),
  file: z.string().regex(/^[\w-][\w./-]*$/, 'must be a relative path'),
})

/** An ONNX file beside the manifest, put there by the operator. */
const fileSource = z.strictObject({
  kind: z.literal('file'),
  file: z.string().regex(/^[\w-][\w.-]*$/, 'must be the name of a file in the same folder'),
})

/** The other half of a model that compares pictures with sentences; it runs when vectors of sentences are computed. */
const text = z.strictObject({
  /** ONNX file, in the same repository or folder as the model's. */
  file: z.string().regex(/^[\w-][\w./-]*$/, 'must be a relative path'),
  /** The tokenizer's two JSON files beside each other. */
  tokenizer: z.string().regex(/^[\w-][\w./-]*$/, 'must be a relative path'),
  tokenizerConfig: z.string().regex(/^[\w-][\w./-]*$/, 'must be a relative path'),
  /** Its input of token ids, and of the mask of those that count where it has one. */
  input: z.string(),
  mask: z.string().optional(),
  output: z.string(),
  /** Tokens of a sentence; shorter ones are filled up with `padding`. */
  length: z.number().int().positive(),
  padding: z.number().int().nonnegative(),
})
export type TextSource = z.output<typeof text>

export const manifest = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be lower-case letters, digits, dots and hyphens'),
  task: z.enum(modelTasks),
  /** Of the weights: an SPDX identifier or the words of their publisher. */
  license: z.string().min(1),
  /** What a person should know about that licence before using the weights. */
  licenseNote: z.string().optional(),
  /** The operator has to say `--accept-license` before these weights are fetched. */
  acceptLicense: z.boolean().default(false),
  source: z.discriminatedUnion('kind', [packageSource, hubSource, fileSource]),
  /** Of the ONNX file; null: not known yet, trusted at the first pull. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
    .nullable(),
  /** Size of the ONNX file, about. */
  bytes: z.number().int().nonnegative(),
  /** One of those that run without being named. */
  standard: z.boolean().default(false),
  input,
  outputs: z.record(z.string(), z.string()),
  decoder: z.enum(modelDecoders),
  labels: z.array(z.string()).optional(),
  parameters: z.record(z.string(), z.union([z.number(), z.array(z.number()), z.array(z.array(z.number()))])).optional(),
  /** Parameters that no manifest can hold: in `parameters.json` beside the model's file, made by a pull or by the operator. */
  needs: z.array(z.enum(['prompts', 'weights'])).default([]),
  /** What a person has to do to get them, or the file. */
  howTo: z.string().optional(),
  text: text.optional(),
  calibration: z.array(z.tuple([z.number(), z.number().min(0).max(10)])).optional(),
})
/** As written in a file. */
export type ManifestInput = z.input<typeof manifest>
export type Manifest = z.output<typeof manifest>

/** @throws Error that names the file and every field at fault */
export function readManifest(value: unknown, where: string): Manifest {
  const parsed = manifest.safeParse(value)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`)
  throw new Error(`${where} is no model manifest: ${faults.join('; ')}`)
}

export function tierOf({ source }: Manifest): 'bundled' | 'hub' {
  return source.kind === 'package' ? 'bundled' : 'hub'
}
