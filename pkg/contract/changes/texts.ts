/** What a change does to the thing that it is about, and its English sentence; `{name}` is a param. */
export type ChangeTexts = Record<string, readonly [change: 'added' | 'changed' | 'removed', sentence: string]>;
