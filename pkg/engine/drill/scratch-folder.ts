import { DashkeepError } from '../../contract/errors.ts';
import type { KindName } from '../../contract/kinds.ts';
import type { Clock, Log } from '../../contract/ports.ts';
import { reason, type KnownReason } from '../../contract/reasons/catalogue.ts';
import { kindContext, type Instance, type Org } from '../../grafana/instance.ts';
import type { WriteContext } from '../../grafana/kinds/kind.ts';
import type { Content } from '../../grafana/kinds/content.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';
import { forEachConcurrently } from '../../lib/concurrency/each-at-once.ts';
import { makeClosedFolder, outerFolderOf } from '../preview/folder.ts';
import { levelsOf } from '../restore/apply/levels.ts';
import { targetOf } from '../restore/target.ts';
import { isFilled } from '../restore/apply/remove-extra.ts';
import type { PlannedItem } from '../restore/types.ts';
import { CREATE_LIMIT_MS, type Scratch } from './scratch.ts';

const DELETES_AT_ONCE = 8;

/** What the folder of that drill is called. */
export function scratchFolderName(run: string): string {
  return `Dashkeep drill ${run}`;
}

/** A folder at the root for one drill, in an org where people work. Only admins see it. */
export class ScratchFolder implements Scratch {
  readonly type = 'folder';
  readonly name: string;
  readonly uid: string;
  readonly #instance: Instance;
  readonly #org: Org;
  readonly #run: { clock: Clock; log: Log };
  #copies: readonly PlannedItem[] = [];

  constructor(instance: Instance, org: Org, { clock, log }: { clock: Clock; log: Log }, id: string) {
    this.name = scratchFolderName(id);
    // Grafana's uids have up to 40 characters.
    this.uid = `dashkeep-drill-${id.slice(-8)}`;
    this.#instance = instance;
    this.#org = org;
    this.#run = { clock, log };
  }

  get steps(): KnownReason {
    return reason('delete-scratch-folder', { org: this.#org.name, url: this.#instance.url, uid: this.uid });
  }

  async create(): Promise<void> {
    const signal = AbortSignal.timeout(CREATE_LIMIT_MS);
    // What is copied into it may come from folders that few people see.
    await makeClosedFolder(this.#context(signal), this.uid, this.name);
  }

  /**
   * Whether folders can lie in it: below Grafana 11 that is a matter of settings. Tried, because nothing reports it.
   */
  async nests(signal: AbortSignal): Promise<boolean> {
    const [uid, title] = [this.#probe, 'Folder in a folder'];
    await this.#make(signal, uid, { body: { uid, title, parentUid: this.uid }, title, folderUid: this.uid });
    const made = await kindOf('folder').read(this.#context(signal), { uid, title });
    await this.#removeFolder(signal, uid);
    return made?.folderUid === this.uid;
  }

  /** What is going to be made in it: to be reported before it is. */
  expect(copies: readonly PlannedItem[]): void {
    this.#copies = copies;
  }

  /** Removes what the drill made, one by one: Grafana keeps a folder whose library panels are used. */
  async remove(signal: AbortSignal): Promise<void> {
    for (const kind of ['dashboard', 'library-panel'] as const) {
      await forEachConcurrently(DELETES_AT_ONCE, this.#made(kind), async (item) => {
        await kindOf(kind).remove?.(this.#context(signal), targetOf(item).uid);
      });
    }
    for (const level of levelsOf(this.#made('folder')).reverse()) {
      await forEachConcurrently(DELETES_AT_ONCE, level, (item) => this.#removeFolder(signal, targetOf(item).uid));
    }
    await this.#removeFolder(signal, this.#probe);
    await this.#removeFolder(signal, this.uid);
    // Of a creation that was cut short.
    await this.#removeFolder(signal, outerFolderOf(this.uid));
  }

  get #probe(): string {
    return `${this.uid}-in`;
  }

  #made(kind: KindName): PlannedItem[] {
    return this.#copies.filter((item) => item.kind === kind);
  }

  #context(signal: AbortSignal): WriteContext {
    const context = kindContext(this.#instance, this.#org, { ...this.#run, signal, decryptSecrets: false });
    return {
      ...context,
      secrets: () => undefined,
      includeManaged: false,
      keepSecrets: false,
      message: 'Restore test by Dashkeep',
    };
  }

  async #make(signal: AbortSignal, uid: string, content: Content): Promise<void> {
    await kindOf('folder').write?.(this.#context(signal), { uid, content });
  }

  /** Grafana deletes a folder with all that is in it: what somebody put there meanwhile keeps it. */
  async #removeFolder(signal: AbortSignal, uid: string): Promise<void> {
    const context = this.#context(signal);
    const kind = kindOf('folder');
    if ((await kind.read(context, { uid, title: uid })) === undefined) {
      return;
    }
    if (await isFilled(context, uid)) {
      throw new DashkeepError('DK_GRAFANA_CONFLICT', `the folder ${uid} is not empty`);
    }
    await kind.remove?.(context, uid);
    if ((await kind.read(context, { uid, title: uid })) !== undefined) {
      throw new DashkeepError(
        'DK_GRAFANA_ANSWER',
        `Grafana reported that it deleted the folder ${uid}, but still has it`,
      );
    }
  }
}
