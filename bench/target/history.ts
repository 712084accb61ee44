import { createHash } from 'node:crypto';
import { crc32, deflateRawSync, constants } from 'node:zlib';
import type { Manifest, ManifestEntry, SnapshotSummary } from '../../pkg/contract/manifest.ts';
import { canonicalJson, type Json } from '../../pkg/lib/json/json.ts';

/** A backup every two hours for more than two years, all of them kept. */
export const SNAPSHOTS = 10_000;
/** Dashboards that change between two snapshots. */
export const CHANGED = 50;
/** Every dashboard is in a folder of a team, and these are in one folder. */
export const TEAMS = 20;

const EVERY_MS = 2 * 3_600_000;
const FIRST = Date.parse('2024-01-01T00:00:00.000Z');
const PANELS = ['Checkout latency', 'Orders', 'Errors', 'Saturation', 'Queue length', 'Payments'];
/** Entries that are written together: most of them are as they were. */
const ENTRIES_A_BLOCK = 50;

/** A dashboard of the history. */
export function refOf(thing: number) {
  return { org: 1, kind: 'dashboard' as const, uid: `board-${thing}` };
}

/** A folder of the history: of a team, or the one that all are in. */
export function folderOf(team?: number) {
  return { org: 1, kind: 'folder' as const, uid: team === undefined ? 'shop' : `team-${team}` };
}

/** Some entries as text, and compressed. */
interface Block {
  text: Buffer;
  deflated: Buffer;
}

/**
 * A made-up history: dashboards change in turn, one query each time. Manifests and bodies are made when they are read;
 * of a manifest only what differs from the one made before.
 */
export class History {
  readonly #things: number;
  /** Versions of the dashboards of each block that was made last. */
  readonly #blocks: (Block & { versions: number })[] = [];
  readonly #folders: Block;
  /** How often a body was read. */
  bodies = 0;

  constructor(things: number) {
    this.#things = things;
    const folders = [folderOf(), ...Array.from({ length: TEAMS }, (_, team) => folderOf(team))];
    this.#folders = blockOf(folders.map((ref, at) => folderEntry(ref, at === 0)));
  }

  summaries(count: number): SnapshotSummary[] {
    return Array.from({ length: count }, (_, at) => ({ id: idOf(at), time: timeOf(at) }) as SnapshotSummary);
  }

  /** The stored text of an object. */
  body(object: string): string {
    const [thing, version] = [parseInt(object.slice(-16, -8), 16), parseInt(object.slice(-8), 16)];
    const panels = PANELS.map((title, at) => ({
      title,
      targets: [{ refId: 'A', expr: `sum(rate(panel_${at}_of_${thing}_seconds_total{job="shop"}[5m]))` }],
    }));
    const changed = { title: 'Latest', targets: [{ refId: 'A', expr: `avg(version_${version}_of_${thing}_total)` }] };
    this.bodies++;
    return JSON.stringify({
      title: `Board ${thing}`,
      tags: ['shop', `team-${thing % TEAMS}`],
      panels: [...panels, changed],
    });
  }

  /** The manifest of a snapshot, for those who have it at hand. */
  manifest(at: number): Manifest {
    const { text } = this.#text(at);
    return JSON.parse(Buffer.concat(text).toString()) as Manifest;
  }

  /** The file of the manifest. */
  file(at: number): Buffer {
    const { text, deflated } = this.#text(at);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(text.reduce((crc, part) => crc32(part, crc), 0));
    trailer.writeUInt32LE(
      text.reduce((size, part) => size + part.length, 0),
      4,
    );
    return Buffer.concat([GZIP_HEADER, ...deflated, EMPTY_LAST_BLOCK, trailer]);
  }

  #text(at: number): { text: Buffer[]; deflated: Buffer[] } {
    const blocks = [this.#folders, ...this.#blocksOf(at)];
    const list = ['[', ...blocks.flatMap(({ text }, place) => (place === 0 ? [text] : [',', text])), ']'];
    const hash = createHash('sha256');
    list.forEach((part) => hash.update(part));
    const [head = '', tail = ''] = this.#frame(at, hash.digest('hex'));
    const comma = plainBlock(',');
    const between = blocks.flatMap((block, place) => (place === 0 ? [block] : [comma, block]));
    const all = [plainBlock(head), ...between, plainBlock(tail)];
    return { text: all.map(({ text }) => text), deflated: all.map(({ deflated }) => deflated) };
  }

  /** What is before and behind the entries. */
  #frame(at: number, entriesHash: string): string[] {
    const count = { listed: this.#things, stored: CHANGED, reused: this.#things - CHANGED, skipped: 0, failed: 0 };
    const head = {
      format: 1,
      id: idOf(at),
      started: timeOf(at),
      finished: timeOf(at),
      status: 'complete',
      trigger: 'scheduled',
      dashkeep: '1.0.0',
      grafana: { version: '13.2.0', url: 'https://grafana.example.com' },
      orgs: [{ id: 1, name: 'Main Org.' }],
      sinceFullRead: 1,
      kinds: { dashboard: count, folder: { listed: TEAMS + 1, stored: 0, reused: TEAMS + 1, skipped: 0, failed: 0 } },
      errors: [],
      skipped: [],
    };
    return [`${JSON.stringify(head).slice(0, -1)},"resources":[`, `],"entriesHash":${JSON.stringify(entriesHash)}}`];
  }

  #blocksOf(at: number): Block[] {
    const count = Math.ceil(this.#things / ENTRIES_A_BLOCK);
    return Array.from({ length: count }, (_, place) => {
      const first = place * ENTRIES_A_BLOCK;
      const things = Array.from({ length: Math.min(ENTRIES_A_BLOCK, this.#things - first) }, (__, one) => first + one);
      const versions = things.reduce((sum, thing) => sum + this.#versionOf(thing, at), 0);
      const known = this.#blocks[place];
      if (known?.versions === versions) {
        return known;
      }
      const entries = things.map((thing) => dashboardEntry(thing, this.#versionOf(thing, at)));
      return (this.#blocks[place] = { ...blockOf(entries), versions });
    });
  }

  #versionOf(thing: number, at: number): number {
    return Math.floor((at * CHANGED + this.#things - 1 - thing) / this.#things);
  }
}

function timeOf(at: number): string {
  return new Date(FIRST + at * EVERY_MS).toISOString();
}

function idOf(at: number): string {
  return `${timeOf(at).replace(/[-:]|\.\d+/g, '')}-${at.toString(16).padStart(8, '0')}`;
}

function dashboardEntry(thing: number, version: number): ManifestEntry {
  const team = thing % TEAMS;
  return {
    ...refOf(thing),
    title: `Board ${thing}`,
    folder: `Shop / Team ${team}`,
    folderUid: folderOf(team).uid,
    object: objectOf(thing, version),
    bytes: 1500,
    facts: { version, updated: timeOf(version), updatedBy: `user:${thing % 30}` },
  };
}

function folderEntry(ref: ReturnType<typeof folderOf>, isOutermost: boolean): ManifestEntry {
  const inside = isOutermost ? { folder: '' } : { folder: 'Shop', folderUid: folderOf().uid };
  const object = createHash('sha256').update(ref.uid).digest('hex');
  return { ...ref, title: ref.uid, ...inside, object, bytes: 100 };
}

/** An id that looks like a digest, at whose end is what it names. */
function objectOf(thing: number, version: number): string {
  const name = [thing, version].map((one) => one.toString(16).padStart(8, '0')).join('');
  return createHash('sha256').update(name).digest('hex').slice(0, -16) + name;
}

const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
const EMPTY_LAST_BLOCK = Buffer.from([3, 0]);

/** Canonical, so that the hash of the entries is that of their text. */
function blockOf(entries: readonly ManifestEntry[]): Block {
  return plainBlock(entries.map((entry) => canonicalJson(entry as unknown as Json)).join(','));
}

function plainBlock(content: string): Block {
  const text = Buffer.from(content);
  // It ends at a byte and refers to nothing before it: such parts can be put together as they are.
  return { text, deflated: deflateRawSync(text, { level: 3, finishFlush: constants.Z_SYNC_FLUSH }) };
}
