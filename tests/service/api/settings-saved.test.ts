import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { serviceConfig } from '../../../pkg/cli/config/service.ts';
import { silentLog } from '../../../pkg/contract/ports.ts';
import { MemoryState } from '../../../pkg/lib/state.ts';
import { newKeyPair } from '../../../pkg/repository/encryption/encryption.ts';
import { settingsFindings } from '../../../pkg/service/settings/findings.ts';
import { SettingsStore } from '../../../pkg/service/settings/store.ts';

/** While settings are first written, another operation begins and writes later. */
class SlowState extends MemoryState {
  meanwhile: (() => unknown) | undefined;
  #first: Promise<void> | undefined;

  override async set(name: string, value: Buffer): Promise<void> {
    if (name === 'settings.json' && this.meanwhile !== undefined) {
      const begin = this.meanwhile;
      this.meanwhile = undefined;
      this.#first = sleep(50).then(() => super.set(name, value));
      begin();
    } else {
      await this.#first;
      await super.set(name, value);
    }
    await this.#first;
  }
}

const config = serviceConfig({ GRAFANA_URL: 'http://localhost:3000' }, { stateDir: '/nowhere' }, 'test');
const opened = (state: SlowState) => new SettingsStore(state, config, silentLog, () => Promise.resolve({}));

/** What the service does every few seconds. */
async function lookAt(settings: SettingsStore): Promise<void> {
  await settings.load();
  await settings.settle();
}

describe('saved settings', () => {
  const secrets = { s3AccessKeyId: 'test', s3SecretAccessKey: 'testsecret' };

  const cases = [
    ['the service looks at them', (own: SettingsStore) => own],
    ['another replica looks at them', (_own: SettingsStore, other: SettingsStore) => other],
  ] as const;
  it.each(cases)('are kept when %s meanwhile', async (_name, who) => {
    const state = new SlowState();
    const settings = opened(state);
    const { target } = settings.view().values;
    const looking: Promise<void>[] = [];
    state.meanwhile = () => looking.push(lookAt(who(settings, opened(state))));
    await settings.update({ values: { target: { ...target, url: 's3://bucket/prefix' } }, secrets }, undefined);
    await Promise.all(looking);
    for (const one of [settings, opened(state)]) {
      await one.load();
      expect(one.view().values.target.url).toBe('s3://bucket/prefix');
      expect(one.view().secrets.s3AccessKeyId).toMatchObject({ set: true });
    }
  });

  it('can be saved again with the revision that the last save returned, whatever was saved first', async () => {
    const settings = opened(new SlowState());
    const { retention, schedule, target } = settings.view().values;
    await settings.update({ values: { retention }, secrets: { webhookUrl: 'http://example.com' } }, undefined);
    const { revision } = await settings.update({ values: { schedule, target }, secrets }, undefined);
    const again = await settings.update({ values: { schedule }, revision }, undefined);
    expect(again.revision).toBe(revision);
  });

  it('are kept when others are saved at the same moment', async () => {
    const settings = opened(new SlowState());
    const { target, retention } = settings.view().values;
    await Promise.all([
      settings.update({ values: { target: { ...target, url: 's3://bucket/prefix' } }, secrets }, undefined),
      settings.update({ values: { retention: { ...retention, keepLast: 3 } } }, undefined),
    ]);
    expect(settings.view().values).toMatchObject({
      target: { url: 's3://bucket/prefix' },
      retention: { keepLast: 3 },
    });
  });

  it('say that a private key belongs to none of the public keys, before anything is stored', async () => {
    const [own, other] = [await newKeyPair(), await newKeyPair()];
    const state = new SlowState();
    const settings = opened(state);
    const save = (ageIdentity: string) =>
      settings.update({ values: { encryption: { recipients: [own.recipient] } }, secrets: { ageIdentity } }, undefined);
    await save(other.identity);
    expect(settingsFindings(settings)).toMatchObject([{ status: 'warning', why: { code: 'identity-of-others' } }]);
    const replica = opened(state);
    await replica.load();
    expect(replica.isKeyOfOthers).toBe(true);
    await save(own.identity);
    expect(settingsFindings(settings)).toEqual([]);
  });

  it('refuse a private key that is incomplete, or that is lost in a comment', async () => {
    const { identity, recipient } = await newKeyPair();
    const settings = opened(new SlowState());
    const save = (ageIdentity: string) => settings.update({ values: {}, secrets: { ageIdentity } }, undefined);
    for (const ageIdentity of [identity.slice(0, -3), `# public key: ${recipient} ${identity}`, recipient]) {
      const reasons = { 'secrets.ageIdentity': { code: 'identity-invalid' } };
      await expect(save(ageIdentity), ageIdentity).rejects.toMatchObject({ reasons });
    }
    await save(`# public key: ${recipient}\n${identity}\n`);
  });
});
