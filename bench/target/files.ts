import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Completeness } from '../types.ts';
import { count } from './repository.ts';

/**
 * Counts the dashboards in a folder of JSON files in Grafana's own form, each by the uid inside it and only when it has
 * content.
 */
export function inFiles(directory: string, uids: readonly string[]): Completeness {
  const found = new Set<string>();
  for (const item of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const uid = item.isFile() ? uidIn(join(item.parentPath, item.name)) : undefined;
    if (uid !== undefined) {
      found.add(uid);
    }
  }
  return count(uids, (uid) => found.has(uid));
}

function uidIn(path: string): string | undefined {
  try {
    const file = JSON.parse(readFileSync(path, 'utf8')) as {
      dashboard?: { uid?: string; panels?: unknown; elements?: unknown };
    };
    const content = file.dashboard?.panels ?? file.dashboard?.elements;
    return content === undefined ? undefined : file.dashboard?.uid;
  } catch {
    return undefined;
  }
}
