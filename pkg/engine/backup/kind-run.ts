import type { ByteBudget } from '../../grafana/http/byte-budget.ts';
import type { KindContext, Kind, Serving } from '../../grafana/kinds/kind.ts';
import type { TaskPool } from '../../lib/concurrency/task-pool.ts';
import type { Encoder } from '../../repository/objects/encode-thread.ts';
import type { PlainCopies } from '../../repository/repository.types.ts';
import type { Changes } from './changes.ts';
import type { Collection } from './collection.ts';
import type { BackupOptions } from './options.ts';
import type { Previous } from './previous.ts';

export interface KindRun {
  options: BackupOptions;
  context: KindContext;
  kind: Kind;
  previous: Previous;
  copies: PlainCopies | undefined;
  collection: Collection;
  changes: Changes;
  pool: TaskPool;
  budget: ByteBudget;
  encoder: Encoder;
  /** Whether Grafana has the kind, where that was asked already. */
  serving?: Serving;
}
