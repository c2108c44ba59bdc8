// One line of a CSV file.

const NEEDS_QUOTES = /[",\r\n]/
const QUOTE = /"/g

export function toCsvLine(cells: readonly string[]): string {
  return cells
    .map((cell) => (NEEDS_QUOTES.test(cell) ? `"${cell.replace(QUOTE, '""')}"` : cell))
    .join(',')
}
