/** What happened to a resource. */
interface Happened {
  kind: string;
  uid: string;
  org?: number;
  /** Permissions follow what has the same; absent where both happened by themselves. */
  way: string | undefined;
}

/**
 * The permissions among some resources to which the same happened as to what they belong to, such as those deleted with
 * a dashboard. People count what they can name: “2 resources and the permissions of 1 of them”.
 */
export function followersIn<T>(all: readonly T[], happened: (one: T) => Happened): Set<T> {
  const keyOf = ({ kind, uid, org = 0, way }: Happened): string => `${way} ${org} ${kind}/${uid}`;
  const seen = new Set(all.map((one) => keyOf(happened(one))));
  return new Set(
    all.filter((one) => {
      const it = happened(one);
      const kind = ownerKind(it.kind);
      return it.way !== undefined && kind !== it.kind && seen.has(keyOf({ ...it, kind }));
    }),
  );
}

/** Of a kind of permissions, the kind that they belong to; of others, the same. */
export function ownerKind(kind: string): string {
  return kind.replace(/-permissions$/, '');
}

/** The permissions that follow something else among the differences of a comparison. */
export function followersInDiff<T extends Omit<Happened, 'way'> & { change: string; moved?: true | undefined }>(
  all: readonly T[],
): Set<T> {
  return followersIn(all, ({ kind, uid, org = 0, change, moved }) => ({
    kind,
    uid,
    org,
    way: change === 'changed' && moved !== true ? undefined : change,
  }));
}

/** The same among the items of a plan. */
export function followersInPlan<T extends Omit<Happened, 'way'> & { action: string }>(all: readonly T[]): Set<T> {
  return followersIn(all, ({ kind, uid, org = 0, action }) => ({
    kind,
    uid,
    org,
    way: action === 'update' ? undefined : action,
  }));
}

/** The same among the results of a plan: those that follow in it, and came to the same end. */
export function followersInResults<T extends Omit<Happened, 'way'> & { outcome: string }>(
  all: readonly T[],
  items: Parameters<typeof followersInPlan>[0],
): Set<T> {
  const keyOf = ({ kind, uid, org = 0 }: Omit<Happened, 'way'>): string => `${org} ${kind}/${uid}`;
  const planned = new Set([...followersInPlan(items)].map(keyOf));
  const found = followersIn(all, ({ kind, uid, org = 0, outcome }) => ({ kind, uid, org, way: outcome }));
  return new Set([...found].filter((one) => planned.has(keyOf(one))));
}
