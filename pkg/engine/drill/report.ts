import { compact } from '../../contract/compact.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { ResourceProblem } from '../../contract/manifest.ts';
import type { ApplyResult } from '../../contract/plan.ts';
import type { Clock } from '../../contract/ports.ts';
import { reason as toReason } from '../../contract/reasons/catalogue.ts';
import { because, type Because } from '../../contract/reasons/reason.ts';
import type { Plan, PlannedItem } from '../restore/types.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import type { Scratch } from './scratch.ts';

/** Resources of one kind that took no part, or came back without something that a scratch place cannot have. */
export interface DrillSkip {
  org: number;
  kind: KindName;
  count: number;
  /** The first of them. */
  uids: string[];
  reason: string;
  /** The reason as data. */
  code: string;
  params: Record<string, string>;
  /** Whether that is something to look into; else it is in the nature of a drill. */
  problem: boolean;
}

export interface DrillReport {
  snapshot: string;
  scratch: { type: Scratch['type']; name: string };
  /** Restored, read back and compared. */
  checked: number;
  verified: number;
  differs: ResourceProblem[];
  skipped: DrillSkip[];
  /** Whether nothing of the drill is left in Grafana. */
  removed: boolean;
  /** What is left, and how to remove it. */
  leftover?: string;
  /** Milliseconds. */
  duration: number;
}

const UIDS_SHOWN = 20;
/** Adds up what a drill found, org by org. */
export class DrillTally {
  readonly #clock: Clock;
  readonly #snapshot: string;
  readonly #begun: number;
  readonly #differs: ResourceProblem[] = [];
  readonly #skipped = new Map<string, DrillSkip>();
  #scratch: DrillReport['scratch'] = { type: 'org', name: '' };
  #verified = 0;
  #leftover: string | undefined;

  constructor(clock: Clock, snapshot: string) {
    this.#clock = clock;
    this.#snapshot = snapshot;
    this.#begun = clock.monotonic();
  }

  place({ type, name }: Scratch): void {
    this.#scratch = { type, name };
  }

  leave(leftover: string): void {
    this.#leftover = leftover;
  }

  add(plan: Plan, results: readonly ApplyResult[]): void {
    const items = new Map(plan.items.map((item) => [keyOf(item), item]));
    for (const item of plan.items) {
      if (item.action === 'unchanged') {
        // What Grafana gives to every org was compared, too.
        this.#verified++;
      } else if (item.action === 'skip' || item.action === 'blocked') {
        this.skip(item, item, item.action === 'blocked');
      }
    }
    for (const result of results) {
      this.#addResult(result, items.get(keyOf(result))?.losses ?? []);
    }
  }

  skip(
    { org, kind, uid }: Pick<PlannedItem, 'org' | 'kind' | 'uid'>,
    { reason, code, params }: Because,
    problem: boolean,
  ): void {
    const key = `${org}/${kind}/${String(problem)}/${reason}`;
    const skip = this.#skipped.get(key) ?? { org, kind, count: 0, uids: [], reason, code, params, problem };
    skip.count++;
    if (skip.uids.length < UIDS_SHOWN) {
      skip.uids.push(uid);
    }
    this.#skipped.set(key, skip);
  }

  report(): DrillReport {
    return compact({
      snapshot: this.#snapshot,
      scratch: this.#scratch,
      checked: this.#verified + this.#differs.length,
      verified: this.#verified,
      differs: this.#differs,
      skipped: [...this.#skipped.values()],
      removed: this.#leftover === undefined,
      leftover: this.#leftover,
      duration: Math.round(this.#clock.monotonic() - this.#begun),
    });
  }

  #addResult({ org, kind, uid, title, outcome, reason, code, params }: ApplyResult, losses: readonly string[]): void {
    if (outcome === 'verified') {
      this.#verified++;
    } else if (outcome === 'differs' && kindOf(kind).namesPeople === true && losses.length > 0) {
      const why = toReason('drill-without-people', { losses: losses.join('; ') });
      this.skip({ org, kind, uid }, because(why), false);
    } else {
      this.#differs.push({ org, kind, uid, title, reason, code, params });
    }
  }
}

function keyOf({ org, kind, uid }: Pick<PlannedItem, 'org' | 'kind' | 'uid'>): string {
  return `${org}/${kind}/${uid}`;
}
