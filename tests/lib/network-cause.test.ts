import { expect, it } from 'vitest';
import { DashkeepError } from '../../pkg/contract/errors.ts';
import { networkCause } from '../../pkg/lib/http/network-cause.ts';

it('names the system’s cause of a failed request, and no code of Dashkeep as one', () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
  const wrapped = new DashkeepError('DK_INTERNAL', 'the request failed', { cause: refused });
  expect(networkCause(wrapped, 'http://grafana:3000')).toBe('grafana:3000 refuses connections (ECONNREFUSED)');
  const unknown = new DashkeepError('DK_INTERNAL', 'the request failed');
  expect(networkCause(unknown, 'http://grafana:3000')).toBe('no response from grafana:3000 (the request failed)');
});
