import { changeSentence } from '../../contract/changes/catalogue.ts';
import type { PlannedChanges } from '../../engine/restore/planned-changes.ts';
import { isConflict } from '../../contract/reasons/restore/plan.ts';
import { changesSecurity, securityFirst } from '../../engine/restore/plan/security.ts';
import type { Plan, PlannedItem } from '../../engine/restore/types.ts';
import { countPlan } from '../output/counts.ts';
import { printable } from '../output/printable.ts';
import { securityLines } from './security-lines.ts';

/** Rows of a table; more make a comment that no pull request takes. */
const MOST_ROWS = 200;

/**
 * A plan as Markdown, for a pull request: a line of counts, security changes, a table, and what each resource would
 * change. Everything that comes from Grafana is code, so that no title becomes markup, a link or a mention.
 */
export function planMarkdown(plan: Plan, to: string, changes: readonly PlannedChanges[]): string {
  const items = securityFirst(plan.items).filter(({ action }) => action !== 'unchanged');
  const secure = items.filter(changesSecurity);
  const parts = [
    `### Plan for ${code(to)}`,
    `Snapshot ${code(plan.snapshot)}: ${countsOf(plan.items)}.`,
    ...(secure.length === 0 ? [] : ['#### Changes to access or data destinations', fenced(securityLines(secure))]),
    ...(items.length === 0 ? [] : [tableOf(items)]),
    ...(changes.length === 0 ? [] : ['#### Changes', fenced(changes.flatMap(changeLines))]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function countsOf(items: readonly PlannedItem[]): string {
  const counts = countPlan(items, (item) => (isConflict(item) ? 'conflict' : item.action));
  return counts.map(([name, count, more]) => `${name} **${count}**${more}`).join(', ') || 'nothing to do';
}

function tableOf(items: readonly PlannedItem[]): string {
  const rows = items.slice(0, MOST_ROWS).map(({ kind, title, folder, reason, ...item }) => {
    const action = isConflict(item) ? '**conflict**' : item.action;
    return [action, kind, code(title), folder === '' ? '' : code(folder), code(reason)];
  });
  const more = items.length - rows.length;
  return [
    '| | Kind | Title | Folder | Why |',
    '|---|---|---|---|---|',
    ...rows.map((row) => `| ${row.map(escapedBars).join(' | ')} |`),
    ...(more > 0 ? ['', `… and ${more} more.`] : []),
  ].join('\n');
}

/** A bar is part of its cell after an odd number of backslashes: some readers take two of them for one. */
function escapedBars(cell: string): string {
  return cell.replace(/\\+\|?|\|/g, (found) => (found.endsWith('|') ? `${found.slice(0, -1).repeat(2)}\\|` : found));
}

function changeLines({ item, changes, truncated }: PlannedChanges): string[] {
  const name = `${item.kind} ${item.title}${isConflict(item) ? ' (conflict: not written)' : ''}`;
  return [name, ...changes.map((change) => `  ${changeSentence(change)}`), ...(truncated ? ['  …'] : [])];
}

/** Text in which Markdown has no meaning. */
function code(text: string): string {
  const shown = printable(text);
  const mark = fenceFor(shown, 1);
  const space = mark.length > 1 ? ' ' : '';
  return `${mark}${space}${shown === '' ? ' ' : shown}${space}${mark}`;
}

function fenced(lines: readonly string[]): string {
  const text = lines.map(printable).join('\n');
  const mark = fenceFor(text, 3);
  return `${mark}text\n${text}\n${mark}`;
}

/** Longer than any run of backticks within, and no shorter than that. */
function fenceFor(text: string, shortest: number): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  return '`'.repeat(Math.max(shortest, longest + 1));
}
