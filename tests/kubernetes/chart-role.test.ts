import { expect, it } from 'vitest';
import { CHART, template, the } from '../support/helm/helm.ts';
import { serviceRules } from '../support/kube/role.ts';

it.each(['deployment', 'sidecar'])('the rights that the tests here grant are the chart’s own (%s)', async (mode) => {
  const objects = await template(CHART, { values: [{ mode }] });
  expect(the(objects, 'Role')['rules']).toEqual(serviceRules());
});
