/** Whether one of the texts contains the words of a search, in any case. Every text matches an empty search. */
export function matchesSearch(search: string | undefined, ...texts: (string | undefined)[]): boolean {
  const wanted = search?.trim().toLowerCase() ?? '';
  return wanted === '' || texts.some((text) => text?.toLowerCase().includes(wanted));
}
