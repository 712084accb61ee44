import { ERROR_CATALOGUE, type ErrorCode } from '../../../pkg/contract/errors/catalogue.ts';
import type { ErrorKind } from '../../../pkg/contract/errors/kind.ts';
import type french from '../../../pkg/contract/french.json';
import { GENERAL_REASONS } from '../../../pkg/contract/reasons/general.ts';
import type { PageReasonCode } from '../../../pkg/contract/reasons/pages.ts';
import { pageText, type Text } from '../../../pkg/contract/texts.ts';

/** Every text of the catalogues in another language. */
export type Translation = typeof french;

let translation: Translation | undefined;

/** Shows the catalogues in another language from now on; in English without one. */
export function translateCatalogues(given?: Translation): void {
  translation = given;
}

/** The catalogues in the user's language; undefined for English. Texts that the first page needs are read below. */
export function translated(): Translation | undefined {
  return translation;
}

/** In English; more of them come with the pages that show them, since the first page waits for this. */
const english = new Map<string, Text>(Object.entries(GENERAL_REASONS));

/** Adds reasons that only some pages show. */
export function addReasons(reasons: Record<string, Text>): void {
  Object.entries(reasons).forEach(([code, text]) => english.set(code, text));
}

/** Whether there is a text for a reason: not for one of a newer service, and not yet for one of another page. */
export function isReason(code: string): code is PageReasonCode {
  return english.has(code) || Object.hasOwn(translation?.reasons ?? {}, code);
}

/** The text of a reason in the user's language, with `{name}` for its params. */
export function reasonTemplate(code: PageReasonCode): string {
  return translation?.reasons[code] ?? pageText(english.get(code) ?? '');
}

/** What an error is called in the user's language, and what to do about it. */
export function errorText(code: ErrorCode): { title: string; hint: string } {
  const { title, hint, page = hint }: ErrorKind = ERROR_CATALOGUE[code];
  return translation?.errors[code] ?? { title, hint: page };
}
