import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { backup, keysOf, open } from '../../support/repository/repository.ts';
import { alice, bob, dashboards, loseState, service, setUp, state, world } from './harness.ts';

setUp();

describe('another recipient than that of the earlier backups', () => {
  it('is refused by a machine that has no key of the repository, before anything is written', async () => {
    await backup(await service(), world, dashboards);
    loseState();
    const before = await keysOf(world.store);
    await expect(service([bob.recipient])).rejects.toMatchObject({
      code: 'DK_ENCRYPTION',
      advice: { code: 'same-recipients' },
    });
    expect(await keysOf(world.store)).toEqual(before);
  });

  it('is taken with an identity that reads the repository', async () => {
    await backup(await service(), world, dashboards);
    loseState();
    const both = { recipients: [bob.recipient], identities: [alice.identity], state };
    expect((await backup(await open(world, both), world, dashboards)).status).toBe('complete');
  });

  it('is taken by a machine that has the key, which says that it cannot read what was stored before', async () => {
    await backup(await service(), world, dashboards);
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_facts: object, text: string) => void warnings.push(text) };
    const changed = (recipient: string) => open(world, { recipients: [recipient], state, log });
    expect((await backup(await changed(bob.recipient), world, dashboards)).status).toBe('complete');
    expect(warnings).toEqual([expect.stringMatching(/were changed: .* until .* `dashkeep repair --rewrap`$/)]);
    await changed(bob.recipient);
    expect(warnings).toHaveLength(1);
  });

  it('is taken where a first run was cut short before there was a snapshot', async () => {
    await service();
    loseState();
    expect((await backup(await service([bob.recipient]), world, dashboards)).status).toBe('complete');
  });
});
