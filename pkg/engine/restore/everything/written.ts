import { targetOf } from '../target.ts';
import type { Everything, Plan } from '../types.ts';

/** What the restore may write: what the plan foresees, and all of the organizations that it could not look into. */
export function writtenBy(plan: Plan, closed: Everything['targets']): (org: number, uid: string) => boolean {
  const orgs = new Set(closed.map(({ org }) => org?.id));
  const touched = new Set<string>();
  for (const item of plan.items.filter(({ action }) => action !== 'unchanged' && action !== 'skip')) {
    const { org, uid } = targetOf(item);
    touched.add(`${org} ${uid}`);
  }
  return (org, uid) => orgs.has(org) || touched.has(`${org} ${uid}`);
}
