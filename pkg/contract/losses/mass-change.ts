import type { Loss, Shrunk } from './losses.ts';

/** Whether a loss is at least half of what there was and some resources, or all of it and a few. */
export function isHalf({ before, gone }: Pick<Loss, 'before' | 'gone'>): boolean {
  return (gone >= 5 && gone * 2 >= before) || (gone >= 3 && gone === before);
}

/** Whether much was deleted or overwritten, but not half of anything is missing. */
export function isMassChange({ losses, overwritten }: Shrunk): boolean {
  return !losses.some(isHalf) && losses.length + (overwritten?.length ?? 0) > 0;
}

/** Whether the rest of any kind has halved at least once more since an earlier loss from the same snapshot. */
export function isWorse({ losses }: Shrunk, earlier: Shrunk): boolean {
  return losses.some((loss) => {
    const same = earlier.losses.find(({ org, kind }) => org === loss.org && kind === loss.kind);
    return halvings(loss) > (same === undefined ? 0 : halvings(same));
  });
}

/** How many times the number of resources has halved; if none is left, once more than if one is. */
function halvings({ before, gone }: Pick<Loss, 'before' | 'gone'>): number {
  return Math.floor(Math.log2(before / Math.max(before - gone, 1 / 2)));
}
