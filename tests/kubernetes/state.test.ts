import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { neededAccess, reviewAccess } from '../../pkg/kubernetes/access.ts';
import { KubeClient } from '../../pkg/kubernetes/client.ts';
import { readSecret } from '../../pkg/kubernetes/secrets.ts';
import { SecretState } from '../../pkg/kubernetes/state.ts';
import { Cluster } from '../support/kube/cluster.ts';
import { createEmptyObjects, grant, serviceRules } from '../support/kube/role.ts';
import { eventually, realClock } from '../support/ports.ts';
import { describeKubernetes, programs } from './tier.ts';

describeKubernetes('a Secret as state, against a real API server with RBAC', () => {
  let cluster: Cluster;
  let count = 0;

  beforeAll(async () => {
    cluster = await Cluster.start(programs ?? '');
  });
  afterAll(() => cluster?.stop());

  function clientOf(directory: string): KubeClient {
    return new KubeClient({ directory, host: cluster.host, port: cluster.port, clock: realClock, log: silentLog });
  }

  async function setUp(rules = serviceRules(), empty = true) {
    const namespace = `state-${++count}`;
    await cluster.namespace(namespace);
    if (empty) {
      await createEmptyObjects(cluster, namespace);
    }
    const directory = await cluster.serviceAccount(namespace, 'dashkeep');
    await grant(cluster, namespace, 'dashkeep', rules);
    const client = clientOf(directory);
    const secret = { namespace, name: 'grafana-backup' };
    return { namespace, directory, client, secret, state: new SecretState(client, secret, realClock) };
  }

  async function dataOf(namespace: string, name = 'grafana-backup'): Promise<Record<string, string>> {
    const secret = await cluster.must('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`);
    return (secret['data'] ?? {}) as Record<string, string>;
  }

  it('fills the empty Secret with exactly the rights that the chart grants', async () => {
    const { state, namespace } = await setUp();
    expect(await state.get('grafana-api-token')).toBeUndefined();
    await state.set('grafana-api-token', Buffer.from('glsa_one'));
    await state.set('settings.json', Buffer.from('{}'));
    await state.set('grafana-api-token-org-2', Buffer.from('glsa_two'));
    const data = await dataOf(namespace);
    expect(Object.keys(data).sort()).toEqual(['GRAFANA_API_TOKEN', 'GRAFANA_API_TOKEN_ORG_2', 'settings.json']);
    expect(Buffer.from(data['GRAFANA_API_TOKEN'] ?? '', 'base64').toString()).toBe('glsa_one');
    await state.delete('settings.json');
    expect(Object.keys(await dataOf(namespace)).sort()).toEqual(['GRAFANA_API_TOKEN', 'GRAFANA_API_TOKEN_ORG_2']);
    expect((await state.get('grafana-api-token'))?.toString()).toBe('glsa_one');
  });

  it('leaves alone what others keep in the same Secret', async () => {
    const { state, namespace } = await setUp();
    const path = `/api/v1/namespaces/${namespace}/secrets/grafana-backup`;
    await cluster.must('PATCH', path, { stringData: { note: 'mine' } }, 'application/merge-patch+json');
    await state.set('grafana-api-token', Buffer.from('one'));
    await state.set('settings.json', Buffer.from('{}'));
    await state.delete('settings.json');
    expect(Object.keys(await dataOf(namespace)).sort()).toEqual(['GRAFANA_API_TOKEN', 'note']);
  });

  it('takes over a token that somebody else put there', async () => {
    const { state, namespace } = await setUp();
    const path = `/api/v1/namespaces/${namespace}/secrets/grafana-backup`;
    const patch = { stringData: { GRAFANA_API_TOKEN: 'null' } };
    await cluster.must('PATCH', path, patch, 'application/merge-patch+json');
    expect((await state.get('grafana-api-token'))?.toString()).toBe('null');
    await state.set('grafana-api-token', Buffer.from('glsa_new'));
    expect((await state.get('grafana-api-token'))?.toString()).toBe('glsa_new');
  });

  it('loses nothing when two replicas update one entry concurrently', async () => {
    const { state, directory, secret } = await setUp();
    const other = new SecretState(clientOf(directory), secret, realClock);
    const add = (text: string) => (there: Buffer | undefined) => Buffer.from(`${there?.toString() ?? ''}${text}`);
    await Promise.all([...'abcd'].map((text, index) => [state, other][index % 2]?.update('previews.json', add(text))));
    expect([...((await state.get('previews.json'))?.toString() ?? '')].sort().join('')).toBe('abcd');
    await other.update('previews.json', () => undefined);
    expect(await state.get('previews.json')).toBeUndefined();
  });

  it('loses nothing when two replicas write concurrently', async () => {
    const { state, namespace, directory, secret } = await setUp();
    const other = new SecretState(clientOf(directory), secret, realClock);
    await Promise.all(
      [1, 2, 3, 4].flatMap((n) => [state.set(`a.${n}`, Buffer.from('a')), other.set(`b.${n}`, Buffer.from('b'))]),
    );
    expect(Object.keys(await dataOf(namespace)).sort()).toEqual([
      'a.1',
      'a.2',
      'a.3',
      'a.4',
      'b.1',
      'b.2',
      'b.3',
      'b.4',
    ]);
  });

  it.each([
    ['get', 'patch'],
    ['patch', 'get'],
  ])('says which rule is missing without the verb %s', async (missing, left) => {
    const { state, namespace } = await setUp([
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['grafana-backup'], verbs: [left] },
    ]);
    const refused = state.set('grafana-api-token', Buffer.from('glsa_secret-value'));
    await expect(refused).rejects.toMatchObject({
      code: 'DK_KUBERNETES',
      httpStatus: 403,
      hint: `Add this to the Role in namespace ${namespace}: - {apiGroups: [""], resources: [secrets], resourceNames: [grafana-backup], verbs: [${missing}]}`,
    });
    await expect(refused).rejects.toThrow(/refused to (get|patch) secret/);
    await expect(refused).rejects.not.toThrow(/glsa_secret-value/);
  });

  it('cannot read any other Secret', async () => {
    const { client, namespace } = await setUp();
    await cluster.must('POST', `/api/v1/namespaces/${namespace}/secrets`, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'other' },
      stringData: { key: 'value' },
    });
    await expect(readSecret(client, { namespace, name: 'other' })).rejects.toMatchObject({ httpStatus: 403 });
    await expect(readSecret(client, { namespace: 'kube-system', name: 'x' })).rejects.toMatchObject({
      httpStatus: 403,
    });
  });

  it("works with the classic recipe's Role, which creates the Secret", async () => {
    const recipe = [
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['grafana-backup'], verbs: ['get', 'update', 'patch'] },
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    ];
    const { state, namespace } = await setUp(recipe, false);
    expect(await state.get('grafana-api-token')).toBeUndefined();
    await state.set('grafana-api-token', Buffer.from('glsa_created'));
    expect(Object.keys(await dataOf(namespace))).toEqual(['GRAFANA_API_TOKEN']);
  });

  it('says that the Secret is missing where it may not be created', async () => {
    const { state } = await setUp(serviceRules(), false);
    await expect(state.set('grafana-api-token', Buffer.from('x'))).rejects.toMatchObject({ httpStatus: 403 });
  });

  it('reports each right by an access review', async () => {
    const { client, namespace } = await setUp([
      { apiGroups: [''], resources: ['secrets'], resourceNames: ['grafana-backup'], verbs: ['get'] },
    ]);
    const answers = await reviewAccess(
      client,
      neededAccess({ token: { namespace, name: 'grafana-backup' }, lease: { namespace, name: 'dashkeep' } }),
    );
    expect(answers.map(({ access, allowed }) => `${access.verb} ${access.resource} ${String(allowed)}`)).toEqual([
      'get secrets true',
      'patch secrets false',
      'get leases false',
      'update leases false',
    ]);
    expect(answers[3]?.rule).toContain('verbs: [update]');
  });

  it('reads the token again when it was renewed', async () => {
    const { state, directory } = await setUp();
    const good = await readFile(join(directory, 'token'), 'utf8');
    await writeFile(join(directory, 'token'), 'expired');
    await expect(state.get('settings.json')).rejects.toMatchObject({ httpStatus: 401 });
    await writeFile(join(directory, 'token'), good);
    expect(await state.get('settings.json')).toBeUndefined();
  });

  it('follows a changed certificate authority, and trusts no other', async () => {
    const { state, directory } = await setUp();
    await state.set('a', Buffer.from('1'));
    const other = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
    await writeFile(join(directory, 'ca.crt'), other);
    await expect(state.get('a')).rejects.toMatchObject({ httpStatus: 0, code: 'DK_KUBERNETES' });
    await writeFile(join(directory, 'ca.crt'), cluster.ca);
    await eventually('an answer', async () => (await state.get('a'))?.toString() === '1' || undefined);
  });

  it('says what is wrong when no service account is mounted', async () => {
    await expect(clientOf('/nonexistent').namespace()).rejects.toThrow(/cannot read .*nonexistent/);
  });
});
