import { ERROR_CATALOGUE, type ErrorCode } from '../../../pkg/contract/errors.ts';
import type { ErrorKind } from '../../../pkg/contract/errors/kind.ts';
import type french from '../../../pkg/contract/french.json';
import { PAGE_REASONS, type PageReasonCode } from '../../../pkg/contract/reasons/pages.ts';
import { pageText } from '../../../pkg/contract/texts.ts';

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

/** The text of a reason in the user's language, with `{name}` for its params. */
export function reasonTemplate(code: PageReasonCode): string {
  return translation?.reasons[code] ?? pageText(PAGE_REASONS[code]);
}

/** What an error is called in the user's language, and what to do about it. */
export function errorText(code: ErrorCode): { title: string; hint: string } {
  const { title, hint, page = hint }: ErrorKind = ERROR_CATALOGUE[code];
  return translation?.errors[code] ?? { title, hint: page };
}
