import { expect, it } from 'vitest';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { DirectoryState } from '../../../pkg/lib/state.ts';
import { OpenedTarget, type TargetPorts } from '../../../pkg/service/repository/opened-target.ts';
import type { EffectiveSettings } from '../../../pkg/service/settings/effective.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { realClock, realRandomness } from '../../support/ports.ts';

it('a look at the repository that the first backup is creating shares it, with the key that signs', async () => {
  const directory = await temporaryDirectory();
  const ports = {
    config: { version: 'test', grafana: { url: 'http://localhost' }, trustedKeys: [] },
    access: {},
    state: new DirectoryState(`${directory.path}/state`),
    replicated: false,
    limits: { of: () => ({}) },
    clock: realClock,
    randomness: realRandomness,
    log: silentLog,
  } as unknown as TargetPorts;
  const settings = {
    values: { target: { url: `file://${directory.path}/target` }, scope: {}, encryption: { recipients: [] } },
    secrets: {},
  } as unknown as EffectiveSettings;
  const target = await OpenedTarget.open(ports, settings);
  const { signal } = new AbortController();
  const looked = target.openIfThere(signal);
  const made = target.openOrMake(signal);
  expect(await looked).toBeUndefined();
  const again = target.openIfThere(signal);
  expect(await again).toBe(await made);
  expect(await target.open(signal)).toBe(await made);
  await target.close();
  await directory.remove();
});
