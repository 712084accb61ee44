/** Rows, the first of them the head, as a Markdown table. */
export function markdown([head = [], ...rows]: string[][], left: readonly boolean[] = head.map(() => true)): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(left.map((isLeft) => (isLeft ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
