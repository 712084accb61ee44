import type { Dump } from './entries.ts';

/** One line of what differs between two dumps. */
export interface Difference {
  /** `organization/kind/name`. */
  entry: string;
  /** Within the entry, such as `settings.url`; empty for all of it. */
  field: string;
  before: unknown;
  after: unknown;
}

/** What a kind says it can't bring back: entries of a kind, and fields within them. */
export interface Loss {
  kind: string;
  field: RegExp;
  why: string;
}

/** Every difference, field by field, in the order of the entries. */
export function compare(before: Dump, after: Dump, losses: readonly Loss[] = []): Difference[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return keys
    .flatMap((entry) =>
      differing(before[entry], after[entry], '').map((difference): Difference => ({ entry, ...difference })),
    )
    .filter((difference) => !losses.some((loss) => isLoss(difference, loss)));
}

function isLoss({ entry, field }: Difference, loss: Loss): boolean {
  return entry.split('/')[1] === loss.kind && loss.field.test(field);
}

type FieldDifference = Omit<Difference, 'entry'>;

function differing(before: unknown, after: unknown, field: string): FieldDifference[] {
  if (isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differing(before[name], after[name], field === '' ? name : `${field}.${name}`));
  }
  return before === after || (isEmpty(before) && isEmpty(after)) ? [] : [{ field, before, after }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Grafana leaves out what is empty in some answers and not in others. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/** More entries of one kind than this are counted, not listed. */
const MOST_OF_A_KIND = 8;

/** Lines for people: each difference, or the first few and how many more where a kind has many of the same sort. */
export function linesOf(differences: readonly Difference[]): string[] {
  const groups = new Map<string, Difference[]>();
  for (const one of differences) {
    const sort = `${one.entry.split('/').slice(0, 2).join('/')} ${line(one)[0]}`;
    groups.set(sort, [...(groups.get(sort) ?? []), one]);
  }
  return [...groups.values()].flatMap((group) => {
    const more = group.length - MOST_OF_A_KIND;
    return more <= 1
      ? group.map(line)
      : [...group.slice(0, MOST_OF_A_KIND).map(line), `… and ${more} more of this kind`];
  });
}

/** A line for people; values are cut off. */
export function line({ entry, field, before, after }: Difference): string {
  if (field === '') {
    return before === undefined ? `+ ${entry} is there now` : `- ${entry} is missing`;
  }
  return `~ ${entry} ${field}: ${short(before)} became ${short(after)}`;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
