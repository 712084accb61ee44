import { compact } from '../../contract/compact.ts';
import type { SnapshotHold, SnapshotNote } from '../../contract/holds.ts';
import type { SnapshotSummary } from '../../contract/manifest.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import type { ObjectInfo } from '../../storage/store.ts';
import { sharedTime, type TimePorts } from '../clocks.ts';
import { HOLDS, NOTES, parseHoldKey, parseNoteKey, type HoldKey } from '../layout.ts';
import { readAnnotation, type Annotation, type AnnotationPorts, type ReadAnnotation } from './annotation.ts';

const AT_ONCE = 16;

/** One hold of a snapshot. */
export interface Hold {
  snapshot: string;
  /** Eight hex digits. */
  id: string;
  /** What a trusted key signed of it; undefined where no one did: the snapshot is on hold all the same. */
  content: Annotation | undefined;
  /** When the store took it. */
  since: Date;
  /** Keys of its copies of the manifest. */
  copies: string[];
  /** Released, or past its end. */
  isEnded: boolean;
}

/** Everything that people added to snapshots. */
export interface AnnotationList {
  /** Those that keep a snapshot, by its id. */
  active: ReadonlyMap<string, readonly Hold[]>;
  ended: readonly Hold[];
  /** Those that someone removed have no text. */
  notes: ReadonlyMap<string, SnapshotNote>;
  /** Keys of all files, by snapshot. */
  keys: ReadonlyMap<string, readonly string[]>;
}

interface Found extends HoldKey {
  info: ObjectInfo;
}

/**
 * Reads what people noted about snapshots, and which are on hold. A hold counts as long as a trusted key has not signed
 * its end: anyone who can write to the bucket can make one up, or spoil one, and must not end any by that. So a file of
 * its name is enough.
 */
export class Annotations {
  readonly #ports: AnnotationPorts & TimePorts;
  /** Of the files that were there last. */
  #kept = new Map<string, Promise<ReadAnnotation | undefined>>();

  constructor(ports: AnnotationPorts & TimePorts) {
    this.#ports = ports;
  }

  async read(calls: Abortable = {}): Promise<AnnotationList> {
    const { store } = this.#ports;
    const [files, copies] = await Promise.all([
      named(store.list(NOTES, calls), parseNoteKey),
      named(store.list(HOLDS, calls), parseHoldKey),
    ]);
    const contents = await this.#trusted(files, calls);
    const keys = new Map<string, string[]>();
    const holds = new Map<string, Hold>();
    const notes = new Map<string, SnapshotNote>();
    const now = await this.#now([...contents.values()], calls);
    for (const { id, hold, info } of [...files, ...copies]) {
      keys.set(id, [...(keys.get(id) ?? []), info.key]);
      const content = contents.get(info.key);
      if (hold !== undefined) {
        const name = `${id}.${hold}`;
        const since = info.lastModified;
        const known = holds.get(name) ?? { snapshot: id, id: hold, content, since, copies: [], isEnded: false };
        known.content ??= content;
        known.isEnded ||= content !== undefined && endOf(content) <= now.getTime();
        if (info.key.startsWith(HOLDS)) {
          known.copies.push(info.key);
        }
        holds.set(name, known);
      } else if (content !== undefined && (notes.get(id)?.time ?? '') < content.time) {
        notes.set(id, compact({ text: content.note, by: content.by, time: content.time }));
      }
    }
    const active = new Map<string, Hold[]>();
    for (const hold of holds.values()) {
      if (!hold.isEnded) {
        active.set(hold.snapshot, [...(active.get(hold.snapshot) ?? []), hold]);
      }
    }
    return { active, ended: [...holds.values()].filter(({ isEnded }) => isEnded), notes, keys };
  }

  /** The summaries with what people added. */
  async annotate(
    summaries: readonly SnapshotSummary[] | Promise<readonly SnapshotSummary[]>,
    calls: Abortable = {},
  ): Promise<SnapshotSummary[]> {
    const [found, { active, ended, notes }] = await Promise.all([summaries, this.read(calls)]);
    const over = new Map<string, string>();
    for (const { snapshot, content } of ended) {
      const { until, released } = content ?? {};
      if (until !== undefined && released === undefined && until > (over.get(snapshot) ?? '')) {
        over.set(snapshot, until);
      }
    }
    return found.map((summary) => {
      const holds = active.get(summary.id);
      const note = notes.get(summary.id);
      return {
        ...summary,
        hold: holds === undefined ? null : shownOf(holds),
        ...compact({ holdEnded: holds === undefined ? over.get(summary.id) : undefined }),
        ...(note === undefined || note.text === '' ? {} : { note }),
      };
    });
  }

  /** What trusted keys signed, by the key of the file. */
  async #trusted(files: readonly Found[], calls: Abortable): Promise<Map<string, Annotation>> {
    const { trust } = this.#ports;
    const before = this.#kept;
    const kept: typeof before = new Map();
    const contents = new Map<string, Annotation>();
    await forEachConcurrently(
      AT_ONCE,
      files,
      async ({ info: { key, size, lastModified } }) => {
        const version = `${key} ${size} ${lastModified.getTime()}`;
        const reading = before.get(version) ?? readAnnotation(this.#ports, key, calls);
        const read = await reading;
        kept.set(version, reading);
        if (read !== undefined) {
          const { content, text, claims } = read;
          if (trust.counts(await trust.author(key, Buffer.from(text), claims, calls))) {
            contents.set(key, content);
          }
        }
      },
      calls.signal,
    );
    this.#kept = kept;
    return contents;
  }

  /** The time that decides whether a hold is over: it takes both clocks. */
  async #now(contents: readonly Annotation[], calls: Abortable): Promise<Date> {
    const here = this.#ports.clock.now();
    const isOver = contents.some(({ until }) => until !== undefined && Date.parse(until) <= here.getTime());
    const shared = isOver ? await sharedTime(this.#ports, calls) : here;
    return new Date(Math.min(here.getTime(), shared.getTime()));
  }
}

function endOf({ until, released }: Annotation): number {
  return released !== undefined ? -Infinity : until === undefined ? Infinity : Date.parse(until);
}

/** The hold that lasts longest, of those that a trusted key signed. */
function shownOf(holds: readonly Hold[]): SnapshotHold {
  const signed = holds.flatMap(({ content }) => content ?? []);
  const [content] = signed.sort((a, b) => endOf(b) - endOf(a) || (a.time < b.time ? 1 : -1));
  if (content === undefined) {
    return { note: '', since: (holds[0]?.since ?? new Date(0)).toISOString(), unverified: true };
  }
  const { note, by, time: since, until } = content;
  return compact({ note, by, since, until });
}

async function named(list: AsyncIterable<ObjectInfo>, parse: (key: string) => HoldKey | undefined): Promise<Found[]> {
  const found: Found[] = [];
  for await (const info of list) {
    const key = parse(info.key);
    if (key !== undefined) {
      found.push({ ...key, info });
    }
  }
  return found;
}
