import { createHash } from 'node:crypto';
import type { Manifest, ManifestEntry, SnapshotSummary } from '../../pkg/contract/manifest.ts';

/** A backup every two hours for more than two years, all of them kept. */
export const SNAPSHOTS = 10_000;
/** Dashboards that change between two snapshots. */
export const CHANGED = 50;

const EVERY_MS = 2 * 3_600_000;
const FIRST = Date.parse('2024-01-01T00:00:00.000Z');
const PANELS = ['Checkout latency', 'Orders', 'Errors', 'Saturation', 'Queue length', 'Payments'];

/** A dashboard of the history. */
export function refOf(thing: number) {
  return { org: 1, kind: 'dashboard' as const, uid: `board-${thing}` };
}

/**
 * A made-up history: dashboards change in turn, one query each time. Manifests and bodies are made when they are read.
 */
export class History {
  readonly manifests: Manifest[];
  readonly #things: number;
  readonly #versions = new Map<string, [thing: number, version: number]>();
  /** The last version of each that was asked for. */
  readonly #last: { version: number; object: string }[] = [];
  /** How often a body was read. */
  bodies = 0;

  constructor(things: number) {
    this.#things = things;
    // One more than is indexed from the beginning.
    this.manifests = Array.from({ length: SNAPSHOTS + 1 }, (_, at) => this.#manifest(at));
  }

  summaries(count: number): SnapshotSummary[] {
    return this.manifests.slice(0, count).map(({ id, started }) => ({ id, time: started }) as SnapshotSummary);
  }

  /** The stored text of an object. */
  body(object: string): string {
    const [thing, version] = this.#versions.get(object) ?? [0, 0];
    const panels = PANELS.map((title, at) => ({
      title,
      targets: [{ refId: 'A', expr: `sum(rate(panel_${at}_of_${thing}_seconds_total{job="shop"}[5m]))` }],
    }));
    const changed = { title: 'Latest', targets: [{ refId: 'A', expr: `avg(version_${version}_of_${thing}_total)` }] };
    this.bodies++;
    return JSON.stringify({
      title: `Board ${thing}`,
      tags: ['shop', `team-${thing % 20}`],
      panels: [...panels, changed],
    });
  }

  #manifest(at: number): Manifest {
    const time = new Date(FIRST + at * EVERY_MS).toISOString();
    const stamp = time.replace(/[-:]|\.\d+/g, '');
    const entries = (): ManifestEntry[] => Array.from({ length: this.#things }, (_, thing) => this.#entry(thing, at));
    const nothing = { listed: this.#things, stored: 0, reused: 0, skipped: 0, failed: 0 };
    const known = {
      id: `${stamp}-${at.toString(16).padStart(8, '0')}`,
      started: time,
      orgs: [{ id: 1, name: 'Main Org.' }],
      kinds: { dashboard: nothing },
      errors: [],
      skipped: [],
      get resources() {
        return entries();
      },
    };
    return known as unknown as Manifest;
  }

  #entry(thing: number, at: number): ManifestEntry {
    const version = Math.floor((at * CHANGED + this.#things - 1 - thing) / this.#things);
    const object = this.#objectOf(thing, version);
    const updated = new Date(FIRST + version * EVERY_MS).toISOString();
    const facts = { version, updated, updatedBy: `user:${thing % 30}` };
    return { ...refOf(thing), title: `Board ${thing}`, folder: 'Shop', folderUid: 'shop', object, bytes: 1500, facts };
  }

  #objectOf(thing: number, version: number): string {
    const last = this.#last[thing];
    if (last?.version === version) {
      return last.object;
    }
    const object = createHash('sha256').update(`${thing}/${version}`).digest('hex');
    this.#versions.set(object, [thing, version]);
    this.#last[thing] = { version, object };
    return object;
  }
}
