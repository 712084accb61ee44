import { compact } from '../../../../contract/compact.ts';
import { append } from '../../../../lib/append.ts';
import { nameOf, revisionOf } from '../../../apis.ts';
import { PageSize } from '../../../http/pagination/page-size.ts';
import { listPages, type ListPage } from '../../../http/pagination/pages.ts';
import type { KindContext, Known, Listed } from '../../kind.ts';
import type { BeginList } from '../../list-state.ts';
import { contentOfObject, isV2Version, LEAVE_SPEC } from './content.ts';
import { listedOf } from './listed.ts';
import { lastWriteBefore, listSince, seesEverything, versionIn } from './since.ts';
import { dashboardsPath, storedVersion, usableVersions } from './stored.ts';

const PAGE_OF_METADATA = 1000;

/** Up to this many changed dashboards are fetched singly rather than by another list with bodies. */
const FEW = 50;
const FEW_FRACTION = 0.1;

/** Listing everything again at another version pays when at least this part of it is stored in that version. */
const WORTH_A_LIST = 0.4;

/** That many dashboards show which version most are stored in. */
const TELLS_VERSION = 50;

/**
 * Standard errors that a part may be off before it counts as known: enough to begin with single reads while the list
 * goes on.
 */
const DOUBT = 2;

/**
 * Lists all dashboards, each with its body in the version that it is stored in.
 * With a previous snapshot the metadata is listed first, or only what was written since (`listSince`), and bodies are
 * only fetched for what changed: singly when that is little (the engine then calls read), by a list otherwise.
 */
export async function* listDashboards(context: KindContext, known: Known, begin?: BeginList): AsyncGenerator<Listed> {
  const first = usableVersions(context)[0] ?? 'v1';
  const path = dashboardsPath(context, leastConverting(context) ?? first);
  const since = known.whole && (await listSince(context, path, known.whole, begin));
  const beginning = new Beginning(context, since === undefined ? begin : undefined);
  const metadata = since ?? (known.size > 0 ? await listMetadata(context, path, beginning) : undefined);
  if (metadata === undefined) {
    yield* listBodies(context, first, undefined, beginning);
  } else {
    const changed = new Set(metadata.filter((item) => isChanged(item, known)).map((item) => item.uid));
    const few = changed.size <= Math.max(FEW, known.size * FEW_FRACTION);
    for (const item of metadata) {
      if (few || !changed.has(item.uid)) {
        yield item;
      }
    }
    if (!few) {
      yield* listBodies(context, first, changed, beginning);
    }
  }
  await beginning.end(path);
}

/** Looks at every page of a list, for what a later one can go on from. */
class Beginning {
  readonly #context: KindContext;
  readonly #begin: BeginList | undefined;
  #isFirst = true;
  #version: string | undefined;
  #newest = '';

  constructor(context: KindContext, begin: BeginList | undefined) {
    this.#context = context;
    this.#begin = begin;
  }

  /** Only a list that surely holds everything counts: a right given later would show more under the same version. */
  async see({ version, items }: ListPage): Promise<void> {
    if (this.#begin !== undefined && this.#isFirst) {
      const isWhole = version !== undefined && (await seesEverything(this.#context));
      this.#version = isWhole ? version : undefined;
    }
    this.#isFirst = false;
    for (const revision of items.map(revisionOf)) {
      const isBefore = revision !== undefined && versionIn(revision) <= (this.#version ?? '');
      if (isBefore && versionIn(revision) > versionIn(this.#newest)) {
        this.#newest = revision;
      }
    }
  }

  /** At the end of the list. */
  async end(path: string): Promise<void> {
    if (this.#version !== undefined) {
      const known = { version: this.#version, newest: this.#newest };
      this.#begin?.(compact({ version: this.#version, lastWrite: await lastWriteBefore(this.#context, path, known) }));
    }
  }
}

function isChanged(item: Listed, known: Known): boolean {
  return item.revision === undefined || known.revision(item.uid) !== item.revision;
}

/** Undefined when the server does not know metadata-only lists. */
async function listMetadata(
  context: KindContext,
  path: string,
  beginning: Beginning,
): Promise<readonly Listed[] | undefined> {
  const items: Listed[] = [];
  const pages = listPages(context.grafana, path, {
    limit: PAGE_OF_METADATA,
    metadataOnly: true,
    signal: context.signal,
  });
  for await (const page of pages) {
    await beginning.see(page);
    if (!page.metadataOnly && page.items.length > 0) {
      return undefined;
    }
    append(
      items,
      page.items.map((item) => listedOf(item)),
    );
  }
  return items;
}

/**
 * Lists with bodies at one version. What is stored in another version comes converted: it is yielded without content,
 * to be read singly, unless it is so much that listing again at that version is cheaper. `wanted` limits what is
 * yielded.
 */
async function* listBodies(
  context: KindContext,
  firstVersion: string,
  wanted: Set<string> | undefined,
  beginning: Beginning,
): AsyncGenerator<Listed> {
  let { version, pages } = await beginList(context, firstVersion);
  let remaining = wanted;
  const tried = new Set<string>();
  for (;;) {
    tried.add(version);
    const elsewhere = new Map<string, Elsewhere>();
    let total = 0;
    for await (const page of pages) {
      await beginning.see(page);
      const { items, metadataOnly } = page;
      total += items.length;
      for (const item of items) {
        const uid = nameOf(item);
        if (remaining !== undefined && !remaining.has(uid)) {
          continue;
        }
        const stored = storedVersion(item, version);
        if (metadataOnly) {
          yield listedOf(item);
        } else if (stored === version) {
          yield listedOf(item, contentOfObject(item));
        } else {
          const group = elsewhere.get(stored) ?? { seen: 0, listed: new Map<string, Listed>() };
          elsewhere.set(stored, group);
          group.seen++;
          group.listed.set(uid, listedOf(item, undefined, stored));
        }
      }
      for (const { seen, listed } of elsewhere.values()) {
        if (isSurelyLess(seen, total, WORTH_A_LIST)) {
          yield* listed.values();
          listed.clear();
        }
      }
    }
    const again = [...elsewhere].find(
      ([stored, { listed }]) =>
        listed.size > Math.max(FEW, total * WORTH_A_LIST) &&
        !tried.has(stored) &&
        usableVersions(context).includes(stored),
    );
    for (const [stored, { listed }] of elsewhere) {
      if (stored !== again?.[0]) {
        yield* listed.values();
      }
    }
    if (again === undefined) {
      return;
    }
    version = again[0];
    pages = bodiesAt(context, version);
    remaining = new Set(again[1].listed.keys());
  }
}

/** What a list at one version came across that is stored in another one. */
interface Elsewhere {
  seen: number;
  /** Those that were not yielded yet. */
  listed: Map<string, Listed>;
}

/** Whether those counted among that many are surely a smaller part of all than that. */
function isSurelyLess(counted: number, among: number, part: number): boolean {
  const seen = counted / among;
  return among >= TELLS_VERSION && seen + DOUBT * Math.sqrt((seen * (1 - seen)) / among) < part;
}

/**
 * What is stored as v1 or v1beta1 comes out of v0alpha1 as it is, while what is stored as that is migrated for the
 * others: Grafana converts each dashboard, even where only its metadata is asked for.
 */
function leastConverting(context: KindContext): string | undefined {
  return usableVersions(context).find((version) => version === 'v0alpha1');
}

/**
 * Every dashboard by one list in the version that converts least. Classic ones all have their body, marked where it was
 * converted; those of v2 are left to be read singly.
 */
export async function* glanceAtDashboards(context: KindContext): AsyncGenerator<Listed> {
  const least = leastConverting(context);
  const { version, pages } =
    least === undefined
      ? await beginList(context, usableVersions(context)[0] ?? 'v1')
      : { version: least, pages: bodiesAt(context, least) };
  for await (const { items, metadataOnly } of pages) {
    for (const item of items) {
      const stored = storedVersion(item, version);
      if (metadataOnly) {
        yield listedOf(item);
      } else if (stored === version) {
        yield listedOf(item, contentOfObject(item));
      } else if (isV2Version(stored) || isV2Version(version)) {
        yield listedOf(item, undefined, stored);
      } else {
        yield { ...listedOf(item, contentOfObject(item), stored), converted: true };
      }
    }
  }
}

/** A list with bodies at one version. */
function bodiesAt(context: KindContext, version: string): AsyncGenerator<ListPage> {
  return listPages(context.grafana, dashboardsPath(context, version), {
    limit: new PageSize(context.clock),
    leave: LEAVE_SPEC,
    largeSingly: true,
    signal: context.signal,
  });
}

/**
 * Begins a list with bodies in the version that most of the first dashboards are stored in, so that the long rest needs
 * little conversion. Where that is the version it began with, nothing was asked for twice.
 */
async function beginList(
  context: KindContext,
  firstVersion: string,
): Promise<{ version: string; pages: AsyncIterable<ListPage> }> {
  const pages = bodiesAt(context, firstVersion);
  const head: ListPage[] = [];
  const counts = new Map<string, number>();
  for (let looked = 0; looked < TELLS_VERSION;) {
    const { value: page, done } = await pages.next();
    if (done === true) {
      break;
    }
    head.push(page);
    looked += page.items.length;
    for (const item of page.metadataOnly ? [] : page.items) {
      const stored = storedVersion(item, firstVersion);
      counts.set(stored, (counts.get(stored) ?? 0) + 1);
    }
  }
  const usable = usableVersions(context);
  const [common] = [...counts].filter(([version]) => usable.includes(version)).sort((a, b) => b[1] - a[1]);
  const version = common?.[0] ?? firstVersion;
  if (version === firstVersion) {
    return { version, pages: goingOn(head, pages) };
  }
  await pages.return(undefined);
  return { version, pages: bodiesAt(context, version) };
}

async function* goingOn(head: readonly ListPage[], rest: AsyncIterable<ListPage>): AsyncGenerator<ListPage> {
  yield* head;
  yield* rest;
}
