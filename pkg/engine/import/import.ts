import { compact } from '../../contract/compact.ts';
import { KIND_NAMES, type KindName } from '../../contract/kinds.ts';
import type { KindReport, Manifest, ManifestEntry } from '../../contract/manifest.ts';
import type { Clock, Log, Randomness } from '../../contract/ports.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { because } from '../../contract/reasons/reason.ts';
import { canonicalOf } from '../../grafana/kinds/text-content.ts';
import { compareClocks } from '../../repository/clocks.ts';
import type { Repository } from '../../repository/repository.ts';
import { holdSnapshot } from '../../repository/holds/holds.ts';
import { mapConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { shortText } from '../../lib/short-text.ts';
import { inManifestOrder } from '../backup/collection.ts';
import { entryOf } from '../backup/read-kind.ts';
import { fitEntries } from '../backup/short-texts.ts';
import { placeAndName } from '../folder-paths.ts';
import type { Archive, ArchiveReader, Imported, ImportOptions } from './archive.ts';
import { classicFiles, plainDashboards } from './dashboards.ts';
import { postgresDump, sqliteFile } from './database/database.ts';
import { invalid, openFiles } from './files.ts';
import { jsonTree } from './json-tree.ts';
import { provisioningFiles } from './provisioning.ts';
import { backupTool, gdg, grafanaUtil, wizzy } from './tools.ts';

/** The archive formats by name, in the order in which they are tried. */
export const READERS = {
  json: jsonTree,
  'grafana-backup-tool': backupTool,
  'grafana-util': grafanaUtil,
  wizzy,
  gdg,
  sqlite: sqliteFile,
  postgres: postgresDump,
  provisioning: provisioningFiles,
  classic: classicFiles,
  dashboards: plainDashboards,
} as const satisfies Record<string, ArchiveReader>;

export type ArchiveFormat = keyof typeof READERS;

/** An archive that was read and found intact. */
export interface CheckedArchive extends Archive {
  format: ArchiveFormat;
  name: string;
}

/**
 * Reads an archive and each resource in it, so that nothing is written when one is damaged.
 * @param format - left out, the names of the files decide
 * @throws DK_IMPORT_INVALID
 */
export async function readArchive(
  path: string,
  { format: given, ...options }: ImportOptions & { format?: ArchiveFormat | undefined },
): Promise<CheckedArchive> {
  const files = await openFiles(path);
  const formats = Object.keys(READERS) as ArchiveFormat[];
  const format = given ?? formats.find((name) => READERS[name].reads(files));
  if (format === undefined) {
    throw invalid(`${path} contains no files in a known format`);
  }
  const archive = await READERS[format].read(files, options);
  const odd = archive.orgs.find(({ id }) => !Number.isSafeInteger(id) || id < 1);
  if (odd !== undefined) {
    throw invalid(`the organization '${shortText(odd.name)}' has no valid ID`);
  }
  for (const { kind, uid, read } of archive.resources) {
    if (uid === '' || shortText(uid) !== uid) {
      throw invalid(`${kind} '${shortText(uid)}' has no valid UID`);
    }
    await read();
  }
  if (archive.resources.length === 0) {
    throw invalid(`${path} contains no resources`);
  }
  return { ...archive, format, name: files.name };
}

const STORED_AT_ONCE = 16;

interface Ports {
  repository: Repository;
  /** Of Dashkeep. */
  version: string;
  clock: Clock;
  randomness: Randomness;
  log: Log;
}

/**
 * Makes a signed snapshot of an archive. It never counts as a backup: releases that know imports leave it out by its
 * origin, earlier ones take it for the snapshot of a restore test. It is on hold, so no retention removes it.
 */
export async function importArchive(
  { repository, version, clock, randomness, log }: Ports,
  archive: CheckedArchive,
  { id, by, signal }: { id: string; by?: string | undefined; signal: AbortSignal },
): Promise<Manifest> {
  const { store: target, ignoreClock } = repository;
  await compareClocks({ store: target, ignoreClock, clock, log }, { signal });
  const started = clock.now();
  const session = await repository.openSession({ id, kind: 'backup' }, { signal });
  try {
    const stored = new Map<KindName, number>();
    const store = async ({ org, kind, uid, title, read }: Imported): Promise<ManifestEntry> => {
      const content = await read();
      const canonical = canonicalOf(content);
      const object = repository.objectId(canonical);
      const { written } = await repository.putObject(object, canonical, { signal });
      stored.set(kind, (stored.get(kind) ?? 0) + (written ? 1 : 0));
      return entryOf({ org, kind }, { uid, title }, content, { id: object, bytes: canonical.length });
    };
    const entries = await mapConcurrently(STORED_AT_ONCE, archive.resources, store, signal);
    placeAndName(entries);
    const resources = fitEntries(inManifestOrder(entries));
    const missing = await repository.missingObjects(new Set(resources.map(({ object }) => object)), { signal });
    if (missing.size > 0) {
      throw invalid('objects disappeared while the archive was imported');
    }
    const { format, name, time, grafana, orgs, errors, whole } = archive;
    const kinds = whole?.kinds ?? reportsOf(archive, stored);
    const unselected = KIND_NAMES.filter((kind) => kinds[kind]?.code === 'not-asked-for');
    signal.throwIfAborted();
    // From here on, nothing interrupts it: without its hold, the snapshot would not stay.
    const manifest = await repository.publish({
      id,
      started: started.toISOString(),
      finished: clock.now().toISOString(),
      status: whole?.status ?? (errors.length === 0 ? 'complete' : 'partial'),
      // The only trigger that earlier releases never count as a backup.
      trigger: 'drill',
      ...compact({ by }),
      origin: compact({ format, name: shortText(name), time }),
      dashkeep: version,
      // Not the address of a Grafana, so that no backup reuses its contents without reading them.
      grafana: { version: 'unknown', ...grafana, url: `import:${grafana?.url ?? ''}` },
      orgs,
      scope: whole?.scope ?? { orgs: 'chosen', serverAdmin: false, unselected },
      sinceFullRead: 0,
      kinds,
      errors,
      skipped: whole?.skipped ?? [],
      resources,
    });
    await holdSnapshot(
      repository,
      id,
      { note: `imported from ${shortText(name, 200)}`, by: by ?? 'Dashkeep' },
      { randomness },
    );
    return manifest;
  } finally {
    await session.end();
  }
}

/** What the archive contains counts as requested, everything else as excluded. */
function reportsOf({ resources, errors }: Archive, stored: ReadonlyMap<KindName, number>): Manifest['kinds'] {
  const none = { listed: 0, stored: 0, reused: 0, skipped: 0, failed: 0 };
  const report = (kind: KindName): KindReport => {
    const found = resources.filter((one) => one.kind === kind).length;
    const failed = errors.filter((one) => one.kind === kind).length;
    const fresh = stored.get(kind) ?? 0;
    // Resources that the archive only names are not covered, so they never count as removed.
    return found === 0
      ? { ...none, failed, ...because(reason('not-asked-for')) }
      : { listed: found + failed, stored: fresh, reused: found - fresh, skipped: 0, failed };
  };
  return Object.fromEntries(KIND_NAMES.map((kind) => [kind, report(kind)]));
}
