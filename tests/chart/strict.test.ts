import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../support/helm/helm.ts';
import { violationsOf } from '../support/helm/restricted.ts';
import { problemsOf } from '../support/helm/strict.ts';

/** A Deployment that is fine, with one thing changed. */
function deployment(change: (container: Record<string, unknown>, spec: Record<string, unknown>) => void = () => {}) {
  const container: Record<string, unknown> = {
    name: 'a',
    image: 'b',
    imagePullPolicy: 'Always',
    ports: [{ containerPort: 80 }],
    env: [{ name: 'A', value: '1' }],
  };
  const spec: Record<string, unknown> = {
    selector: { matchLabels: { app: 'a' } },
    template: { metadata: { labels: { app: 'a' } }, spec: { containers: [container] } },
  };
  change(container, spec);
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, spec } as KubernetesObject;
}

describe('the checks that the chart is put through', () => {
  it('let a correct object pass', async () => {
    expect(await problemsOf(deployment())).toEqual([]);
  });

  it.each<[string, Parameters<typeof deployment>[0], string]>([
    ['a misspelt field', (container) => (container['imagePulPolicy'] = 'Always'), 'imagePulPolicy'],
    ['a field of the wrong level', (_, spec) => (spec['containers'] = []), '.spec.containers'],
    ['a misspelt field in a list', (container) => (container['ports'] = [{ containerPort: 1, nam: 'x' }]), 'nam'],
    ['text for a number', (container) => (container['ports'] = [{ containerPort: '80' }]), 'containerPort'],
    ['a number for text', (container) => (container['env'] = [{ name: 'A', value: 1 }]), 'value'],
    ['a missing field', (_, spec) => delete spec['selector'], 'selector'],
  ])('refuse %s', async (_, change, named) => {
    const problems = await problemsOf(deployment(change));
    expect(problems).not.toEqual([]);
    expect(problems.join('\n')).toContain(named);
  });

  it('refuse a kind that they have no schema for', async () => {
    const unknown = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' } };
    expect(await problemsOf(unknown)).toEqual(['Thing/a: no schema for example.com/v1']);
  });

  it('know what the Pod Security Standard forbids', () => {
    const violations = violationsOf({
      hostNetwork: true,
      containers: [{ name: 'a', image: 'b' }],
      volumes: [{ name: 'host', hostPath: { path: '/' } }],
    });
    expect(violations).toEqual([
      'hostNetwork',
      'volume host: hostPath',
      'a: allowPrivilegeEscalation',
      'a: runAsNonRoot',
      'a: capabilities.drop',
      'a: seccompProfile',
      'a: readOnlyRootFilesystem',
    ]);
  });
});
