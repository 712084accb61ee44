import type { PlannedRestore } from './plans.ts';

/** Longer titles are not worth typing. */
const TITLE_MOST = 100;

/** @returns text with single spaces: titles may hold any kind and number of them, which nobody sees */
export const normal = (text: string): string => text.replace(/\s+/g, ' ').trim();

/**
 * What deleting and changes of security ask for; else the id of a snapshot that lacks something; else, when something
 * live is overwritten, its title, or how many resources that are.
 */
export function confirmationOf(planned: Omit<PlannedRestore, 'apply' | 'changes'>): string | undefined {
  const [only, ...others] = planned.items.filter(({ action }) => action === 'update');
  if (planned.confirm !== undefined) {
    return planned.confirm;
  }
  if (planned.notFull !== undefined && planned.items.some(({ action }) => action === 'create' || action === 'update')) {
    return planned.snapshot;
  }
  if (only === undefined) {
    return undefined;
  }
  if (others.length > 0) {
    return `${others.length + 1} resources`;
  }
  const title = normal(only.title);
  return title === '' || title.length > TITLE_MOST ? '1 resource' : title;
}
