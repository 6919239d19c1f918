/**
 * How good the labels are on pictures whose labels are known (vision.md section 6). Nothing is learned from them but
 * what the few-shot part says it learns, and that is judged on the others.
 */
import type { Sight } from '../../processing/sight.ts'
import { createBreath } from '../heads/breath.ts'
import { trainLabels } from '../heads/label-head.ts'
import { noHeads, openHeads, type ProjectHeads } from '../heads/open.ts'
import type { LabelJudgement } from '../judgement.ts'
import { labelOf } from '../label.ts'
import { type Label, labels } from '../labels.ts'
import { rulesFor } from '../rules/weigh.ts'
import { type Calibration, calibrationOf } from './calibration.ts'
import { accuracyOf, type ClassFigures, type Confusion, confusionOf, figuresOf } from './confusion.ts'
import { createChance, shuffle } from './draw.ts'

export interface LabelledPicture {
  name: string
  /** Pictures of one house: in a draw they are learned from together or not at all. */
  group: string
  truth: Label
  sight: Sight
}

/** Answers judged by one rule of what may be answered. */
export interface LabelFigures {
  accuracy: number
  confusion: Confusion
  classes: readonly ClassFigures[]
  calibration: Calibration
}

export interface FewShotFigures {
  /** Groups learned from in each draw. */
  groups: number
  /** Accuracy on the other groups, draw by draw: among the labels of the set, and among all 23. */
  among: readonly number[]
  all: readonly number[]
  /** Expected calibration error among all 23, mean of the draws. */
  ece: number
  /** Pictures of the out-of-set part that were taken for a room, sum of the draws. */
  falseRooms: number
}

export interface OutOfSetFigures {
  pictures: number
  /** Taken for a room, a building or a document at the served threshold. */
  falseRooms: readonly { name: string; label: Label; confidence: number }[]
  /** What was said, how often. */
  said: Readonly<Partial<Record<Label, number>>>
}

export interface LabelReport {
  pictures: number
  groups: number
  /** Labels of the set. */
  labels: readonly Label[]
  minConfidence: number
  /** The best of the set's own labels, whatever the others have: how rules were measured before there were 23. */
  among: LabelFigures
  /** As served: the best of all 23, `unknown` below the threshold. */
  all: LabelFigures
  /** Wrong answers as served. */
  wrong: readonly { name: string; truth: Label; said: Label; confidence: number }[]
  fewShot: readonly FewShotFigures[]
  outOfSet: OutOfSetFigures | null
}

export interface LabelEvaluation {
  pictures: readonly LabelledPicture[]
  outOfSet: readonly { name: string; sight: Sight }[]
  minConfidence: number
  /** Groups to learn from, each drawn `draws` times. */
  shots: readonly number[]
  draws: number
  seed: number
}

/** What a photo without a house, a room or a document must not be called. */
const claims: readonly Label[] = labels.filter(
  (label) => !['details', 'outdoors', 'seaviews', 'leisure', 'unknown'].includes(label),
)

export async function evaluateLabels(evaluation: LabelEvaluation): Promise<LabelReport> {
  const { pictures, minConfidence } = evaluation
  const own = labels.filter((label) => pictures.some(({ truth }) => truth === label))
  const groups = [...new Set(pictures.map(({ group }) => group))].sort()
  const served = pictures.map((picture) => ({ ...picture, said: labelOf(picture.sight, minConfidence) }))
  const fewShot: FewShotFigures[] = []
  for (const count of evaluation.shots) {
    if (count >= 1 && count < groups.length) fewShot.push(await learnFew(evaluation, own, groups, count))
  }
  return {
    pictures: pictures.length,
    groups: groups.length,
    labels: own,
    minConfidence,
    among: figures(served.map(({ truth, said }) => ({ truth, ...bestOf(said, own) }))),
    all: figures(served.map(({ truth, said }) => ({ truth, label: said.label, confidence: said.confidence }))),
    wrong: served
      .filter(({ truth, said }) => truth !== said.label)
      .map(({ name, truth, said }) => ({ name, truth, said: said.label, confidence: said.confidence })),
    fewShot,
    outOfSet: evaluation.outOfSet.length === 0 ? null : outOfSet(evaluation, noHeads),
  }
}

/** Learns from some groups, drawn by chance, and is judged on all others. */
async function learnFew(
  { pictures, minConfidence, draws, seed, ...rest }: LabelEvaluation,
  own: readonly Label[],
  groups: readonly string[],
  count: number,
): Promise<FewShotFigures> {
  const [among, all, eces]: [number[], number[], number[]] = [[], [], []]
  let falseRooms = 0
  for (let draw = 0; draw < draws; draw++) {
    const drawn = new Set(shuffle(groups, createChance(seed * 1000 + draw)).slice(0, count))
    const lessons = pictures.filter(({ group }) => drawn.has(group))
    const known = own.filter((label) => lessons.filter(({ truth }) => truth === label).length >= 2)
    const examples = lessons
      .filter(({ truth }) => known.includes(truth))
      .map(({ truth, sight }) => ({ label: truth, sight, rules: rulesFor(sight, known) }))
    const { shape, weights, metrics } = await trainLabels(known, examples, createBreath())
    const heads = openHeads([{ head: passing({ shape, metrics }), weights }])
    const judged = pictures
      .filter(({ group }) => !drawn.has(group))
      .map(({ truth, sight }) => ({ truth, said: labelOf(sight, minConfidence, heads) }))
    const served = figures(judged.map(({ truth, said }) => ({ truth, label: said.label, confidence: said.confidence })))
    among.push(figures(judged.map(({ truth, said }) => ({ truth, ...bestOf(said, own) }))).accuracy)
    all.push(served.accuracy)
    eces.push(served.calibration.ece)
    falseRooms += outOfSet({ ...rest, minConfidence }, heads).falseRooms.length
  }
  return { groups: count, among, all, ece: mean(eces), falseRooms }
}

/** A head of the moment, which is stored nowhere. */
function passing(trained: Pick<Parameters<typeof openHeads>[0][number]['head'], 'shape' | 'metrics'>) {
  const nowhere = { id: '', project: '', version: 0, message: null, lesson: null, created: 0, models: [] }
  return { ...nowhere, ...trained, kind: 'labels' as const, status: 'ready' as const, active: true }
}

function outOfSet(
  { outOfSet, minConfidence }: Pick<LabelEvaluation, 'outOfSet' | 'minConfidence'>,
  heads: ProjectHeads,
): OutOfSetFigures {
  const judged = outOfSet.map(({ name, sight }) => ({ name, ...labelOf(sight, minConfidence, heads) }))
  const said: Partial<Record<Label, number>> = {}
  for (const { label } of judged) said[label] = (said[label] ?? 0) + 1
  return {
    pictures: judged.length,
    falseRooms: judged
      .filter(({ label }) => claims.includes(label))
      .map(({ name, label, confidence }) => ({ name, label, confidence })),
    said,
  }
}

/** The best of these labels, and its confidence if no other had any. */
function bestOf({ labels: ranked }: LabelJudgement, own: readonly Label[]): { label: Label; confidence: number } {
  const rivals = ranked.filter(({ label }) => own.includes(label))
  const sum = rivals.reduce((total, { confidence }) => total + confidence, 0)
  const [best] = rivals
  if (best === undefined) return { label: 'unknown', confidence: 0 }
  return { label: best.label, confidence: best.confidence / Math.max(1e-12, sum) }
}

function figures(answers: readonly { truth: Label; label: Label; confidence: number }[]): LabelFigures {
  const said = answers.map(({ truth, label }) => ({ truth, said: label }))
  const confusion = confusionOf(said)
  const certain = answers.map(({ truth, label, confidence }) => ({ confidence, right: truth === label }))
  return {
    accuracy: accuracyOf(said),
    confusion,
    classes: figuresOf(confusion),
    calibration: calibrationOf(certain),
  }
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
