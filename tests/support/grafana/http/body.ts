/**
 * The text of a stored object. Text, not objects: numbers stay as they were written, and twenty thousand
 * dashboards fit because a seeded one makes its text only when it is asked for.
 */
export interface Body {
  text(): string;
  /** Size of the text in UTF-16 units, known without making it. */
  readonly size: number;
}

export function heldBody(text: string): Body {
  return { text: () => text, size: text.length };
}

/** Members added to the end of a JSON object's text, its own content untouched. */
export function spliceMembers(text: string, members: string): string {
  const end = text.lastIndexOf('}');
  const empty = end < 100 && /^\s*\{\s*$/.test(text.slice(0, end));
  return text.slice(0, end) + (empty || members === '' ? '' : ',') + members + '}';
}
