import type { Instance } from '../../../grafana/instance.ts';
import type { Kind, Restorable } from '../../../grafana/kinds/kind.ts';
import type { PlanRequest } from '../types.ts';

/** Which organizations accounts join and leave when a plan is applied. */
export class PlannedMemberships {
  readonly #orgs: Instance['orgs'];
  readonly #members: ReadonlyMap<number, Set<string>>;
  readonly #created: ReadonlyMap<number, Set<string>>;
  readonly #leaving = new Map<string, readonly string[]>();

  constructor({ instance: { orgs }, expectedUsers }: Pick<PlanRequest, 'instance' | 'expectedUsers'>) {
    this.#orgs = orgs;
    this.#members = new Map(orgs.map(({ id }) => [id, new Set(expectedUsers?.get(id))]));
    this.#created = new Map(orgs.map(({ id }) => [id, new Set<string>()]));
  }

  /** Logins that will be members, by ID of the organization: teams and permissions may name them. */
  get expected(): ReadonlyMap<number, ReadonlySet<string>> {
    return this.#members;
  }

  /** Whether accounts leave organizations. */
  get anyLeaves(): boolean {
    return this.#leaving.size > 0;
  }

  /** Whether an account leaves the organization of that name. */
  leaves(login: string, org: string): boolean {
    return this.#leaving.get(login)?.includes(org) === true;
  }

  /** Whether the plan creates an account with this login, which joins the organization. */
  creates(org: number, login: string): boolean {
    return this.#created.get(org)?.has(login) === true;
  }

  /** Adds a resource that will be written. Until an account is created, someone else can create it. */
  note(kind: Kind, { uid, content, live }: Restorable): void {
    if (kind.hasMemberships !== true) {
      return;
    }
    const members = live === undefined ? this.#created : this.#members;
    for (const joined of kind.references(content).filter((one) => one.kind === 'org')) {
      const org = this.#orgs.find(({ name }) => name === joined.uid);
      members.get(org?.id ?? 0)?.add(uid);
    }
    const departure = live && kind.leaving?.(content, live);
    if (departure !== undefined) {
      this.#leaving.set(uid, departure.from);
    }
  }
}
