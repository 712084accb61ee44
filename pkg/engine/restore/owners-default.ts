import type { Content } from '../../grafana/kinds/content.ts';
import type { Kind, WriteContext } from '../../grafana/kinds/kind.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';

/** Whether something is what Grafana gave it with its owner. */
export async function isOwnersDefault(
  kind: Kind,
  context: WriteContext,
  uid: string,
  live: Content,
  isMeant: (owner: Content) => Promise<boolean> = async () => true,
): Promise<boolean> {
  if (kind.owner === undefined || kind.isDefault === undefined) {
    return false;
  }
  const owner = await kindOf(kind.owner).read(context, { uid, title: uid });
  return owner !== undefined && (await isMeant(owner)) && kind.isDefault(context, live, owner);
}

/** Whether the live resource was made after the snapshot was taken. */
export function isMadeAfter({ finished }: { finished: string }, live: Content): boolean {
  return isMadeSince(Date.parse(finished), live);
}

/** Whether the live resource was made after a time, in milliseconds. */
export function isMadeSince(time: number, { facts }: Content): boolean {
  return Date.parse(String(facts?.['created'] ?? '')) > time;
}
