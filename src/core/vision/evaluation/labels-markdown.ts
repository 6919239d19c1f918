/** The label report for people. */
import type { Calibration } from './calibration.ts'
import type { Confusion } from './confusion.ts'
import type { FewShotFigures, LabelFigures, LabelReport } from './labels.ts'
import { markdownTable as table } from './table.ts'

/** @param version models and rules, as in `Judgement.version` */
export function labelsMarkdown(report: LabelReport, version: string): string {
  const { pictures, groups, among, all, fewShot, outOfSet, minConfidence } = report
  return [
    '# Labels',
    `${pictures} pictures of ${groups} houses, labels ${report.labels.join(', ')}. Made by \`${version}\`; \`unknown\` below ${minConfidence}.`,
    '## Among the labels of the set',
    'The best of these labels, whatever the other labels have.',
    ...figuresOf(among),
    '## As served: among all 23',
    ...figuresOf(all),
    ...(report.wrong.length === 0
      ? []
      : [
          'Wrong as served:',
          table(
            ['picture', 'is', 'said', 'confidence'],
            report.wrong.map(({ name, truth, said, confidence }) => [name, truth, said, confidence.toFixed(3)]),
          ),
        ]),
    ...(fewShot.length === 0 ? [] : ['## Few-shot heads', fewShotTable(fewShot)]),
    ...(outOfSet === null
      ? []
      : [
          '## Pictures without rooms',
          `${outOfSet.pictures} pictures, taken for a room, a building or a document: ${outOfSet.falseRooms.length}.`,
          table(
            ['said', 'pictures'],
            Object.entries(outOfSet.said)
              .sort(([, one], [, other]) => other - one)
              .map(([label, count]) => [label, `${count}`]),
          ),
          ...(outOfSet.falseRooms.length === 0
            ? []
            : [
                table(
                  ['picture', 'said', 'confidence'],
                  outOfSet.falseRooms.map(({ name, label, confidence }) => [name, label, confidence.toFixed(3)]),
                ),
              ]),
        ]),
    '',
  ].join('\n\n')
}

function figuresOf({ accuracy, confusion, classes, calibration }: LabelFigures): string[] {
  return [
    `Accuracy **${accuracy.toFixed(3)}**, expected calibration error **${calibration.ece.toFixed(3)}**.`,
    table(
      ['label', 'pictures', 'recall', 'precision'],
      classes.map(({ label, pictures, recall, precision }) => [
        label,
        `${pictures}`,
        recall.toFixed(3),
        precision === null ? '-' : precision.toFixed(3),
      ]),
    ),
    'Confusion (rows: what it is, columns: what was said):',
    confusionTable(confusion),
    'Calibration:',
    calibrationTable(calibration),
  ]
}

export function confusionTable({ truths, said, counts }: Confusion): string {
  return table(
    ['', ...said],
    truths.map((truth, at) => [truth, ...(counts[at] ?? []).map((count) => (count === 0 ? '' : `${count}`))]),
  )
}

export function calibrationTable({ bins }: Calibration): string {
  return table(
    ['confidence', 'answers', 'mean confidence', 'share right'],
    bins.map(({ from, to, answers, confidence, accuracy }) => [
      `${from.toFixed(1)} to ${to.toFixed(1)}`,
      `${answers}`,
      confidence.toFixed(3),
      accuracy.toFixed(3),
    ]),
  )
}

function fewShotTable(figures: readonly FewShotFigures[]): string {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  return table(
    [
      'houses learned from',
      'draws',
      'mean among the labels of the set',
      'lowest',
      'mean among all 23',
      'ECE',
      'false rooms in all draws',
    ],
    figures.map(({ groups, among, all, ece, falseRooms }) => [
      `${groups}`,
      `${among.length}`,
      mean(among).toFixed(3),
      Math.min(...among).toFixed(3),
      mean(all).toFixed(3),
      ece.toFixed(3),
      `${falseRooms}`,
    ]),
  )
}
