import { objectAt } from '../../lib/json/json.ts';
import type { Content } from './content.ts';

/** The same content with another title, where the body has it as `title`. */
export function withTitle(content: Content, title: string): Content {
  return { ...content, title, body: { ...objectAt(content.body), title } };
}
