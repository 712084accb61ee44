import { join } from 'node:path';
import { DashkeepError } from '../../../pkg/contract/errors.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import type * as forget from '../../../pkg/repository/snapshots/forget.ts';
import type * as pruning from '../../../pkg/repository/prune/prune.ts';
import type { openRepository, OpenOptions } from '../../../pkg/repository/open.ts';
import type { RetentionPolicy } from '../../../pkg/repository/snapshots/retention.ts';
import type { ObjectStore } from '../../../pkg/storage/store.ts';
import { stateOf } from './repository.ts';

/** What is in tests/golden/older. */
type Older = Pick<typeof forget, 'planForget' | 'applyForget'> &
  Pick<typeof pruning, 'planPrune' | 'applyPrune'> & {
    openRepository: typeof openRepository;
    DashkeepError: typeof DashkeepError;
  };

/** Retention and prune of a release that knows no holds, with the state of this machine. */
export async function olderProgram(
  world: Pick<OpenOptions, 'store' | 'clock' | 'randomness'>,
  state = stateOf(world.store),
) {
  const older = (await import(join(import.meta.dirname, '../../golden/older/removal.mjs'))) as Older;
  const store = withErrorsOf(older, world.store);
  const open = (): ReturnType<typeof openRepository> =>
    older.openRepository({ ...world, store, log: silentLog, create: false, state });
  const planForget = async (policy: RetentionPolicy): Promise<forget.ForgetPlan> =>
    older.planForget(await open(), policy);
  const apply = async (plan: forget.ForgetPlan): Promise<forget.ForgetResult> => older.applyForget(await open(), plan);
  return {
    planForget,
    forget: apply,
    forgetAllButLast: async () => apply(await planForget({ keepLast: 1 })),
    prune: async () => {
      const repository = await open();
      return older.applyPrune(repository, await older.planPrune(repository), { randomness: world.randomness });
    },
  };
}

/** It knows errors by their class, which is its own. */
function withErrorsOf({ DashkeepError: Other }: Older, store: ObjectStore): ObjectStore {
  const own = (error: unknown): never => {
    throw error instanceof DashkeepError ? new Other(error.code, error.message) : error;
  };
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') {
        return value;
      }
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args);
        return result instanceof Promise ? result.catch(own) : result;
      };
    },
  });
}
