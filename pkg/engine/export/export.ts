import { compact } from '../../contract/compact.ts';
import { DashkeepError } from '../../contract/errors.ts';
import type { ManifestEntry, Manifest, ResourceProblem } from '../../contract/manifest.ts';
import { because } from '../../contract/reasons/reason.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import type { Repository } from '../../repository/repository.ts';
import { assertCounts } from '../../repository/signing/acceptance.ts';
import { storedContent } from '../restore/content.ts';
import { select } from '../restore/plan/selection.ts';
import type { Parts, Selection } from '../restore/types.ts';
import { ExportDirectory } from './directory.ts';
import type { ExportedResource, Exporting, Format } from './format.ts';
import { exportJson } from './json.ts';
import { exportOperator } from './operator.ts';
import { exportProvisioning } from './provisioning.ts';
import { exportTerraform } from './terraform.ts';

/** The formats by name. */
export const FORMATS = {
  json: exportJson,
  provisioning: exportProvisioning,
  terraform: exportTerraform,
  operator: exportOperator,
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

/** Reasons why the files do not contain a resource at all. */
const LEFT_OUT: ReadonlySet<string | undefined> = new Set(['export-kind', 'export-v2-dashboard', 'export-uid']);

/** A secret that the user must supply after an export. */
export interface ExpectedSecret {
  variable: string;
  org: number;
  kind: ManifestEntry['kind'];
  uid: string;
  field: string;
}

export interface ExportResult {
  directory: string;
  as: FormatName;
  snapshot: string;
  /** How many the files contain. */
  resources: number;
  files: number;
  /** What the format cannot hold. */
  lacks: ResourceProblem[];
  secrets: ExpectedSecret[];
}

interface Options {
  repository: Repository;
  /** As `Repository.stored` takes it. */
  snapshot: string;
  selection: Selection;
  directory: string;
  as: FormatName;
  signal: AbortSignal;
}

/**
 * Writes a selection of a snapshot into a directory, for other tools.
 * @throws DK_SNAPSHOT_FOREIGN, DK_NOT_FOUND, DK_USAGE, DK_EXPORT_FAILED
 */
export async function exportSnapshot(options: Options): Promise<ExportResult> {
  const { repository, selection, directory, as, signal } = options;
  const stored = await repository.stored(options.snapshot, { signal });
  assertCounts(repository.trust, stored);
  const { manifest } = stored;
  assertHasOrgs(manifest, selection);
  const request = { overwrite: false, includeManaged: true };
  const { entries, parts } = await select({ manifest, repository, selection, options: request, signal });
  const target = await ExportDirectory.open(directory);
  try {
    const { exporting, lacks, secrets } = prepare({ ...options, manifest, entries, parts, target });
    const more = await FORMATS[as](exporting);
    signal.throwIfAborted();
    const lacking = inOrderOf(manifest, lacks);
    await target.publish({ dashkeepExport: 1, as, ...aboutSnapshot(manifest), lacks: lacking, secrets, ...more });
    const { id: snapshot } = manifest;
    const resources = entries.length - lacks.filter(({ code }) => LEFT_OUT.has(code)).length;
    const result = { directory, as, snapshot, resources, files: target.size };
    return { ...result, lacks: lacking, secrets };
  } catch (error) {
    await target.discard();
    throw error;
  }
}

/** An export of nothing would replace an earlier one. @throws DK_NOT_FOUND */
function assertHasOrgs({ id, orgs }: Manifest, selection: Selection): void {
  const unknown = selection.orgs?.find((wanted) => !orgs.some((org) => org.id === wanted));
  if (unknown !== undefined) {
    const held = orgs.map((org) => `${org.id} (${org.name})`).join(', ');
    throw new DashkeepError('DK_NOT_FOUND', `snapshot ${id} contains no organization ${unknown}, only ${held}`);
  }
}

function prepare({
  repository,
  manifest,
  entries,
  parts,
  target,
  signal,
}: Pick<Options, 'repository' | 'signal'> &
  Pick<Exporting, 'manifest' | 'entries'> & { parts: Parts; target: ExportDirectory }): {
  exporting: Exporting;
  lacks: ResourceProblem[];
  secrets: ExpectedSecret[];
} {
  const lacks: ResourceProblem[] = [];
  const secrets: ExpectedSecret[] = [];
  const variables = new Set<string>();
  return {
    lacks,
    secrets,
    exporting: {
      manifest,
      entries,
      read: (entry) => readResource(repository, entry, parts, signal),
      write: (path, text) => {
        signal.throwIfAborted();
        return target.write(path, text);
      },
      lacks: ({ org, kind, uid, title }, why) => void lacks.push({ org, kind, uid, title, ...because(why) }),
      variable({ org, kind, uid, title }, field) {
        const variable = freeVariable([title, field], variables);
        secrets.push({ variable, org, kind, uid, field });
        return variable;
      },
    },
  };
}

/** Reads a resource for an export, without the values of its secrets. */
export async function readResource(
  repository: Repository,
  entry: ManifestEntry,
  parts: Parts,
  signal: AbortSignal,
): Promise<ExportedResource> {
  const kind = kindOf(entry.kind);
  const stored = await storedContent(repository, entry, signal);
  const only = parts.get(entry);
  const chosen = only === undefined ? stored : (kind.only?.(stored, new Set(only.keys())) ?? stored);
  const content = kind.withoutSecrets?.(chosen) ?? chosen;
  return { entry, content, secrets: kind.secretNames?.(content.body) ?? [] };
}

/** `SECRET_PROMETHEUS_BASIC_AUTH_PASSWORD`; never a variable that has another purpose, whatever the title. */
function freeVariable(parts: readonly string[], taken: Set<string>): string {
  const words = parts
    .join('_')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .normalize('NFKD')
    .match(/[A-Za-z\d]+/g);
  const name = ['SECRET', ...(words ?? [])].join('_').toUpperCase();
  let free = name;
  for (let number = 2; taken.has(free); number++) {
    free = `${name}_${number}`;
  }
  taken.add(free);
  return free;
}

/** What an index says of the snapshot. */
export function aboutSnapshot({ id, started, dashkeep, grafana, orgs }: Manifest): object {
  return { snapshot: { id, started }, dashkeep, grafana: compact({ ...grafana }), orgs };
}

/** Sorted, so that concurrent reads do not change the result. */
function inOrderOf({ resources }: Manifest, lacks: readonly ResourceProblem[]): ResourceProblem[] {
  const places = new Map(resources.map(({ org, kind, uid }, place) => [`${org}/${kind}/${uid}`, place]));
  const placeOf = ({ org, kind, uid }: ResourceProblem): number => places.get(`${org}/${kind}/${uid}`) ?? 0;
  return [...lacks].sort((a, b) => placeOf(a) - placeOf(b));
}
