import type { Loss, Shrunk } from './losses.ts';

/** Whether a loss is at least half of what there was and some resources, or all of it and a few. */
export function isHalf({ before, gone }: Pick<Loss, 'before' | 'gone'>): boolean {
  return (gone >= 5 && gone * 2 >= before) || (gone >= 3 && gone === before);
}

/** Whether much was deleted or overwritten, but not half of anything is missing. */
export function isMassChange({ losses, overwritten }: Shrunk): boolean {
  return !losses.some(isHalf) && losses.length + (overwritten?.length ?? 0) > 0;
}
