import { diffWordsWithSpace } from 'diff';

/** A piece of a text that is on both sides or on one of them. */
export interface DiffWords {
  change: 'same' | 'added' | 'removed';
  text: string;
}

/**
 * Beyond that many differing words the shortest path costs too much; then all of one side replaces all of the other.
 */
const MAX_EDITS = 1_000;

/** What differs between two texts, word by word. */
export function diffWords(before: string, after: string): DiffWords[] {
  if (before === '' || after === '') {
    return [...piece('removed', before), ...piece('added', after)];
  }
  const found = diffWordsWithSpace(before, after, { maxEditLength: MAX_EDITS });
  return found === undefined
    ? [...piece('removed', before), ...piece('added', after)]
    : found.map(({ added, removed, value }) => ({
        change: added ? 'added' : removed ? 'removed' : 'same',
        text: value,
      }));
}

function piece(change: DiffWords['change'], text: string): DiffWords[] {
  return text === '' ? [] : [{ change, text }];
}
