import type { ResourceVersion } from '../../contract/api/versions.ts';
import type { ReadableChange } from '../../contract/api/diff.ts';
import { changeSentence } from '../../contract/changes/catalogue.ts';
import { compact } from '../../contract/compact.ts';
import { isKindName } from '../../contract/kinds.ts';
import { isAccountId } from '../../engine/versions/authors.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { append } from '../../lib/append.ts';
import { oneLine } from './one-line.ts';

/** A change as a webhook gets it. */
export interface ReportedChange {
  what: 'created' | 'changed' | 'moved' | 'deleted' | 'returned';
  org: number;
  kind: string;
  uid: string;
  title: string;
  folder: string;
  /** When and by whom it was saved, where Grafana says so. */
  saved?: string;
  by?: string;
  movedFrom?: string;
  renamedFrom?: string;
  /** What changed, in words. */
  changes?: string[];
}

/** What became of one organization's resources, newest first. */
export interface OrgChanges {
  id: number;
  name: string;
  items: readonly ResourceVersion[];
  /** Of all, also of those that are not among `items`. */
  total: number;
}

/** What a message lists at most: changes, sentences for each, characters of a name or sentence, and bytes in all. */
export const LISTED_MOST = 20;
const SENTENCES_MOST = 3;
const CHARACTERS_MOST = 160;
const BYTES_MOST = 12_000;

/** The text of a report, its lines, and the same as data. */
export interface ChangeReport {
  text: string;
  lines: string[];
  changes: ReportedChange[];
}

/**
 * The message about changes: as many as fit, with an equal share for each organization.
 * @param since - time of the snapshot that the changes are compared with
 */
export function changeReport(orgs: readonly OrgChanges[], since: Date): ChangeReport {
  const total = orgs.reduce((sum, one) => sum + one.total, 0);
  const share = Math.max(1, Math.floor(LISTED_MOST / orgs.length));
  const report: ChangeReport = { text: headline(orgs, total, since), lines: [], changes: [] };
  let bytes = 0;
  const add = (lines: string[]): boolean => {
    bytes += lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
    append(report.lines, bytes > BYTES_MOST ? [] : lines);
    return bytes <= BYTES_MOST;
  };
  for (const { id, name, items } of orgs.slice(0, LISTED_MOST)) {
    const heading = orgs.length === 1 ? [] : [`Organization “${oneLine(name, CHARACTERS_MOST)}”:`];
    for (const [place, version] of items.slice(0, share).entries()) {
      const change = reported(version, id);
      if (add([...(place === 0 ? heading : []), ...linesOf(change)])) {
        report.changes.push(change);
      }
    }
  }
  const rest = total - report.changes.length;
  if (rest > 0) {
    report.lines.push(`… and ${numberText(rest)} more.`);
  }
  return report;
}

const WORDS: Record<ReportedChange['what'], string> = {
  created: 'Created',
  changed: 'Changed',
  moved: 'Moved',
  deleted: 'Deleted',
  returned: 'Exists again',
};

function headline(orgs: readonly OrgChanges[], total: number, since: Date): string {
  const known = orgs.flatMap(({ items }) => items).map(whatOf);
  // Counts by type need all changes to be known.
  const counts = (Object.keys(WORDS) as ReportedChange['what'][]).flatMap((what) => {
    const count = known.filter((one) => one === what).length;
    return count === 0 || known.length < total ? [] : [`${count} ${WORDS[what].toLowerCase()}`];
  });
  const time = `${since.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const changes = total === 1 ? '1 change' : `${numberText(total)} changes`;
  return `${changes} in Grafana since the backup of ${time}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}.`;
}

function whatOf({ what, movedFrom, renamedFrom, changes = [] }: ResourceVersion): ReportedChange['what'] {
  if (what !== 'changed') {
    return what === 'first-seen' ? 'created' : what;
  }
  const isMoveAlone = movedFrom !== undefined && renamedFrom === undefined && changes.every(isOfFolder);
  return isMoveAlone ? 'moved' : 'changed';
}

function reported(version: ResourceVersion, org: number): ReportedChange {
  const { resource, title, folder, updated, movedFrom, renamedFrom, changes = [] } = version;
  const { kind = '', uid = '' } = resource ?? {};
  const sentences = changes.filter((change) => !isOfFolder(change)).map((change) => sentenceOf(change, kind));
  const name = (text: string): string => oneLine(text, CHARACTERS_MOST);
  return compact({
    what: whatOf(version),
    ...{ org, kind, uid, title: name(title), folder: name(folder) },
    saved: updated,
    by: authorIn(version),
    movedFrom: movedFrom === undefined ? undefined : name(movedFrom),
    renamedFrom: renamedFrom === undefined ? undefined : name(renamedFrom),
    changes: sentences.length === 0 ? undefined : [...new Set(sentences)].slice(0, SENTENCES_MOST),
  });
}

function authorIn({ by, updatedBy = '' }: ResourceVersion): string | undefined {
  if (by === null) {
    return 'an account that no longer exists';
  }
  const name = by ?? (isAccountId(updatedBy) ? '' : updatedBy);
  return name === '' ? undefined : oneLine(name, CHARACTERS_MOST);
}

function linesOf({ what, kind, title, uid, folder, by, movedFrom, changes = [] }: ReportedChange): string[] {
  const place =
    what === 'moved' ? `from ${movedFrom || 'no folder'} to ${folder || 'no folder'}` : folder && `in ${folder}`;
  const parts = [`${kind.replaceAll('-', ' ')} “${title || uid}”`, place, by && `by ${by}`].filter(Boolean);
  return [`${WORDS[what]}: ${parts.join(', ')}`, ...changes.map((sentence) => `  – ${sentence}`)];
}

/** Codes whose sentences have values, which may be secrets: of a setting, a variable, a header. */
const HAS_VALUES = /^(field(-added|-removed)?|.*-(setting|value|values|label|label-added))$/;

/** What changed in words, without values: a message is read by more people than Grafana, and kept for longer. */
function sentenceOf(change: ReadableChange, kind: string): string {
  const { code, params } = change;
  const hasSecrets = !isKindName(kind) || kindOf(kind).hasSecrets === true;
  const text =
    hasSecrets || HAS_VALUES.test(code)
      ? changeSentence({ code: 'field-content', params: { name: nameIn(params) } })
      : changeSentence(change);
  return oneLine(text, CHARACTERS_MOST);
}

/** What a change is about, without its value. */
function nameIn({ panel, rule, integration, name, names }: Record<string, string>): string {
  const subject = panel ?? rule ?? integration;
  return [subject === undefined ? '' : `“${subject}”: `, name ?? names ?? 'a setting'].join('');
}

function isOfFolder({ code }: ReadableChange): boolean {
  return code.startsWith('folder-');
}

function numberText(value: number): string {
  return value.toLocaleString('en-US');
}
