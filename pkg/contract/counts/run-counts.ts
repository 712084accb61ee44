const PERMISSIONS = 'Permissions';

/**
 * The count in the record of a run that says how many of another count are permissions which follow something else,
 * such as `verifiedPermissions` of `verified`.
 */
export function permissionsName(count: string): string {
  return `${count}${PERMISSIONS}`;
}

/** The counts of a record as people count: each name with its number, and how many of them permissions follow. */
export function countsWithPermissions(
  counts: Record<string, number>,
): [name: string, count: number, permissions: number][] {
  return Object.entries(counts)
    .filter(([name]) => !name.endsWith(PERMISSIONS))
    .map(([name, count]) => {
      const permissions = counts[permissionsName(name)] ?? 0;
      return [name, count - permissions, permissions];
    });
}
