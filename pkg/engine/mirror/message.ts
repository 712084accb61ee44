import type { ReadableChange } from '../../contract/api/diff.ts';
import { changeSentence } from '../../contract/changes/catalogue.ts';
import type { ResourceRef } from '../../contract/kinds.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';

/** What became of one resource since the commit before. */
export interface MirroredChange extends ResourceRef {
  what: 'created' | 'changed' | 'moved' | 'deleted';
  title: string;
  /** Who saved it, where Grafana says so. */
  by: string | undefined;
  changes: readonly ReadableChange[];
}

/** Resources and sentences of a message; `git show` has all of it. */
const LISTED_MOST = 100;
const SENTENCES_MOST = 5;
const CHARACTERS_MOST = 200;

const WORDS = ['created', 'changed', 'moved', 'deleted'] as const;

/** The message of a commit: what changed, in words. What only came or went with its owner is left out. */
export function commitMessage(all: readonly MirroredChange[], snapshot: string): string {
  const changes = onTheirOwn(all);
  const [only] = changes.length === 1 ? changes : [];
  const subject = only === undefined ? countsOf(changes) : capital(`${only.what}: ${nameOf(only)}`);
  const listed = changes.slice(0, LISTED_MOST).flatMap((change) => linesOf(change));
  const rest = changes.length - LISTED_MOST;
  const lines = [...listed, ...(rest > 0 ? [`… and ${rest} more`] : [])];
  return [oneLine(subject, 72), '', ...lines, '', `Snapshot: ${snapshot}`].join('\n');
}

/** Who made all the changes; undefined where these are several, or no one is known. */
export function authorOfAll(changes: readonly MirroredChange[]): string | undefined {
  const authors = new Set(onTheirOwn(changes).map(({ by }) => by));
  const [author] = authors;
  const name =
    authors.size === 1
      ? oneLine(author ?? '')
          .replace(/[<>]/g, ' ')
          .trim()
      : '';
  // Git leaves out such marks around a name, and takes none that consists of them.
  return /[^\s.,:;"'\\]/.test(name) ? name : undefined;
}

function onTheirOwn(changes: readonly MirroredChange[]): MirroredChange[] {
  const keys = new Set(changes.map(({ org, kind, uid }) => `${org}/${kind}/${uid}`));
  return changes.filter(({ org, kind, uid, what }) => {
    const owner = kindOf(kind).owner;
    return what === 'changed' || owner === undefined || !keys.has(`${org}/${owner}/${uid}`);
  });
}

function countsOf(changes: readonly MirroredChange[]): string {
  const counts = WORDS.flatMap((word) => {
    const count = changes.filter(({ what }) => what === word).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return capital(counts.join(', '));
}

function linesOf(change: MirroredChange): string[] {
  const by = change.by === undefined ? '' : `, by ${change.by}`;
  const sentences = change.changes.map(changeSentence);
  const more = sentences.length - SENTENCES_MOST;
  return [
    oneLine(`${capital(change.what)}: ${nameOf(change)}${by}`),
    ...sentences.slice(0, SENTENCES_MOST).map((sentence) => oneLine(`  - ${sentence}`)),
    ...(more > 0 ? [`  - and ${more} more changes`] : []),
  ];
}

function nameOf({ kind, title }: MirroredChange): string {
  return `${kind.replaceAll('-', ' ')} “${title}”`;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/**
 * Titles come from anywhere: none may add a line, such as one that names another snapshot, or be what Git servers act
 * on: an issue that is closed, a mention, a word that keeps checks from running.
 */
function oneLine(text: string, most = CHARACTERS_MOST): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is to be found
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g, ' ');
  const line = plain.replace(/\[(?=[^\]]*\b(skip|no)\b)/gi, '(').replace(/[@#!](?=\w)/g, '$&\u2060');
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
