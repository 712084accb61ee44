import type { ResourceRef } from '../../../contract/kinds.ts';
import type { ManifestEntry } from '../../../contract/manifest.ts';
import { reason } from '../../../contract/reasons/catalogue.ts';
import { because, lossesOf, type Reason } from '../../../contract/reasons/reason.ts';
import type { Reference } from '../../../grafana/kinds/kind.ts';
import { Existing } from '../mapping/existing.ts';
import { writeContext } from '../context.ts';
import type { Mapping, MissingDependency, PlannedItem, PlanRequest } from '../types.ts';
import { isKindComplete } from '../kind-completeness.ts';
import { keyOf, targetOf } from '../target.ts';

/**
 * Collects what the planned resources need and settles it once the whole plan is known: what is neither live nor part
 * of the plan is offered, never added silently. Without a required one, the resource itself is blocked.
 */
export class Dependencies {
  readonly #request: PlanRequest;
  readonly #needs = new Map<string, Reference[]>();
  /** What the snapshot holds, also under the UIDs that it will have. */
  readonly #held: ReadonlyMap<string, ManifestEntry>;

  constructor(request: PlanRequest, mapping: Pick<Mapping, 'knownAs'>) {
    this.#request = request;
    const { resources } = request.manifest;
    const renewed = resources.map((entry) => [keyOf({ ...entry, uid: mapping.knownAs(entry) }), entry] as const);
    this.#held = new Map([...renewed, ...resources.map((entry) => [keyOf(entry), entry] as const)]);
  }

  /** @param target where the resource will be, and under which uid. */
  need(target: ResourceRef, references: Reference[]): void {
    this.#needs.set(keyOf(target), references);
  }

  /** @param among - the items that are looked at */
  async settle(items: PlannedItem[], among = items): Promise<MissingDependency[]> {
    const missing = new Map<string, MissingDependency>();
    const willBe = new Map(items.map((item) => [keyOf(targetOf(item)), item]));
    const existing = new Map<number, Existing>();
    let settled = false;
    // A blocked folder blocks what is in it, so go round until nothing changes any more.
    while (!settled) {
      settled = true;
      for (const item of among) {
        if (item.action !== 'create' && item.action !== 'update') {
          continue;
        }
        for (const reference of this.#needs.get(keyOf(targetOf(item))) ?? []) {
          if (await this.#isThere(targetOf(item).org, reference, willBe, existing)) {
            continue;
          }
          const dependency = this.#missing(item.org, reference);
          const isBlocked =
            willBe.get(`${targetOf(item).org}/${reference.kind}/${reference.uid}`)?.action === 'blocked';
          settled = !this.#mark(item, reference, { ...dependency, isBlocked }) && settled;
          if (item.code !== 'factory-default') {
            missing.set(keyOf(dependency), dependency);
          }
        }
      }
    }
    return [...missing.values()];
  }

  async #isThere(
    org: number,
    reference: Reference,
    willBe: ReadonlyMap<string, PlannedItem>,
    existing: Map<number, Existing>,
  ): Promise<boolean> {
    const planned = willBe.get(`${org}/${reference.kind}/${reference.uid}`);
    if (planned !== undefined && (planned.live !== undefined || planned.action === 'create')) {
      return true;
    }
    if (planned !== undefined) {
      return false;
    }
    const home = this.#request.instance.orgs.find((candidate) => candidate.id === org);
    if (home === undefined) {
      return false;
    }
    const known = existing.get(org) ?? new Existing(writeContext(this.#request, home));
    existing.set(org, known);
    return known.has(reference.kind, reference.uid);
  }

  #missing(org: number, { kind, uid }: Reference): MissingDependency {
    const entry = this.#held.get(keyOf({ org, kind, uid }));
    return { org, kind, uid: entry?.uid ?? uid, title: entry?.title ?? uid, inSnapshot: entry !== undefined };
  }

  /** Returns whether the item is not written because of it. */
  #mark(
    item: PlannedItem,
    reference: Reference,
    { uid, title, inSnapshot, isBlocked }: MissingDependency & { isBlocked: boolean },
  ): boolean {
    const { kind } = reference;
    const { manifest, selection } = this.#request;
    const missing = { kind, title, resource: `${kind}/${uid}` };
    // An undo takes no selection.
    const isOffered = selection.exactly !== true;
    if (reference.factory === true && item.code === 'pristine') {
      Object.assign(item, { action: 'skip', ...because(reason('factory-default')) });
      return true;
    }
    if (reference.required === true || (reference.owner === true && inSnapshot)) {
      // It is already selected but blocked, so selecting it would not help.
      const offered = isOffered
        ? reason('needs-offered', missing)
        : reason('needs-first', { ...missing, snapshot: manifest.id });
      const why = isBlocked ? reason('needs-blocked', missing) : inSnapshot ? offered : reason('needs', missing);
      Object.assign(item, { action: 'blocked', ...because(why) });
      return true;
    }
    if (!inSnapshot && isKindComplete(manifest, reference.kind)) {
      // It was missing when the snapshot was made: the restore loses nothing.
      return false;
    }
    const lacking = inSnapshot && isOffered ? 'uses-missing-offered' : 'uses-missing';
    addLoss(item, reason(isBlocked ? 'uses-blocked' : lacking, missing));
    return false;
  }
}

/** Adds a loss to an item, once. */
export function addLoss(item: PlannedItem, loss: Reason): void {
  const { losses, lost } = lossesOf([loss]);
  if (!losses.some((sentence) => item.losses.includes(sentence))) {
    item.losses = [...item.losses, ...losses];
    item.lost = [...(item.lost ?? []), ...lost];
  }
}
