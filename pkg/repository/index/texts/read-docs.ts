import { compact } from '../../../contract/compact.ts';
import { DashkeepError } from '../../../contract/errors.ts';
import { hasSearchTexts, searchTexts } from '../../../grafana/search-texts/search-texts.ts';
import type { SearchText } from '../../../grafana/search-texts/text-list.ts';
import { parseJson } from '../../../lib/json/json.ts';
import type { Thing } from '../generations/thing.ts';
import { shortId, type TextDoc } from './files.ts';
import { oneLine } from './packed.ts';

/** Larger bodies are not read; what fills them is data, as in a dashboard of a spreadsheet. */
const LARGEST_BODY = 8 * 1024 * 1024;
const LONGEST_TITLE = 1000;

/** A version whose texts are wanted. */
export interface VersionRef {
  thing: Thing;
  object: string;
  title: string;
  bytes: number;
}

/** Whether its content is read for its texts. */
export function isRead({ thing: [, kind], bytes }: VersionRef): boolean {
  return hasSearchTexts(kind) && bytes <= LARGEST_BODY;
}

/**
 * The texts of a version.
 * @param read - the stored JSON text of an object; undefined where content cannot be read
 * @throws what is no fault of the content: the store does not answer
 */
export async function readDoc(
  version: VersionRef,
  read: ((object: string) => Promise<string>) | undefined,
): Promise<TextDoc> {
  const { thing, object, title } = version;
  const [, kind] = thing;
  const doc: TextDoc = {
    thing,
    object: shortId(object),
    texts: [['title', oneLine(title).slice(0, LONGEST_TITLE), '']],
  };
  if (read === undefined || !hasSearchTexts(kind)) {
    return doc;
  }
  if (!isRead(version)) {
    return { ...doc, cut: true };
  }
  try {
    const { texts, cut } = searchTexts(kind, parseJson(await read(object)));
    const lines = texts.map(([where, text, within]): SearchText => [where, oneLine(text), oneLine(within)]);
    return compact({ ...doc, texts: [...doc.texts, ...lines], cut: cut ? true : undefined });
  } catch (error) {
    if (!isOfContent(error)) {
      throw error;
    }
    return { ...doc, unread: true };
  }
}

function isOfContent(error: unknown): boolean {
  return error instanceof DashkeepError
    ? /^DK_(?:OBJECT|JSON)_/.test(error.code) || error.code === 'DK_IDENTITY_MISSING'
    : error instanceof SyntaxError;
}
