import { buildConnector, type Connector, type ConnectorOptions } from '../../lib/http/agent.ts';
import type { OutboundPolicy } from './policy.ts';

/** Connects only where the policy allows; without a policy, anywhere. */
export function connectorFor(policy: OutboundPolicy | undefined, options: ConnectorOptions): Connector {
  if (policy === undefined) {
    return buildConnector(options);
  }
  const connect = buildConnector({ ...options, lookup: policy.lookup });
  return (to, callback) => {
    try {
      // An address is not looked up, so it is checked here.
      policy.assertHost(to.hostname);
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    connect(to, callback);
  };
}
