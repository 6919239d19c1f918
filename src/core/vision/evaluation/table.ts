/** Results as Markdown. */

/** `rows` as a table; numbers with three decimals. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(heads), `|${heads.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

const cell = (value: string | number) =>
  typeof value === 'string' ? value.replaceAll('|', '\\|') : Number.isInteger(value) ? `${value}` : value.toFixed(3)
