import { expect, it } from 'vitest';
import { MemoryState } from '../../pkg/lib/state.ts';
import { verify } from '../../pkg/repository/verify/verify.ts';
import { cheapPassphrases } from '../support/repository/cheap-passphrases.ts';
import { backup, open, SeededRandomness, TestClock } from '../support/repository/repository.ts';
import { cutAt, FATES, type Fate } from './cut-points.ts';
import { GuardedStore, MemoryBucket, type Bucket, type Guard } from './store.ts';

cheapPassphrases(true);

const PASSPHRASE = 'a passphrase long enough';

/**
 * The first backup into a repository that a passphrase alone encrypts; each time a machine without any memory of it.
 */
async function backUp(bucket: Bucket, clock: TestClock, guard?: Guard): Promise<void> {
  const store = new GuardedStore(bucket, () => clock.now(), guard);
  const world = { store, clock, randomness: new SeededRandomness(clock.now().getTime()) };
  const repository = await open(world, { passphrases: [PASSPHRASE], state: new MemoryState() });
  await backup(repository, world, { a: { v: 1 } });
}

/** The calls up to the one that finds the repository's key in place: from there on it is a backup like any other. */
async function cutsToTry(): Promise<[call: number, fate: Fate][]> {
  const calls: { key: string }[] = [];
  const note: Guard = (call, effect) => {
    calls.push(call);
    return effect();
  };
  await backUp(new MemoryBucket(), new TestClock(), note);
  return calls.flatMap(({ key }, index) =>
    key.startsWith('keys/') ? FATES.map((fate): [number, Fate] => [index + 1, fate]) : [],
  );
}

it('a passphrase that is being added, cut at every call, can be added again', async () => {
  let tried = 0;
  for (const [n, fate] of await cutsToTry()) {
    const [bucket, clock] = [new MemoryBucket(), new TestClock()];
    const cut = cutAt(n, fate, clock);
    const failure = await backUp(bucket, clock, cut.guard).catch((error: unknown) => error);
    if (cut.happened()) {
      tried++;
      const where = `call ${n} ${fate} → ${String(failure)}`;
      clock.advance(3_600_000);
      await backUp(bucket, clock).catch((error: unknown) => {
        throw new Error(`${where}: the next run failed`, { cause: error });
      });
      const store = new GuardedStore(bucket, () => clock.now());
      const reader = await open(
        { store, clock, randomness: new SeededRandomness() },
        { passphrases: [PASSPHRASE], create: false },
      );
      expect(await verify(reader, { readData: true }), where).toMatchObject({ problems: [] });
    }
  }
  console.log(`chaos: ${tried} cut points of adding a passphrase tried`);
});
