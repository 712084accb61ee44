import type { LookupFunction } from 'node:net';
import type { Agent as UndiciAgent, buildConnector as UndiciConnector } from 'undici';
import connectorOf from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import { systemCode } from '../file-errors.ts';

/**
 * Connections that are kept, for `exchange`. Only this part of undici is loaded: all of it (fetch, WebSocket, caches)
 * would take a tenth of the memory of the idle service.
 */
export { Agent };
export type Connections = UndiciAgent;
export type Connector = UndiciConnector.connector;
export type ConnectorOptions = UndiciConnector.BuildOptions & { lookup?: LookupFunction };

/**
 * Connects as undici does, but hides the code of one error in its cause: a client of undici that gets it never closes,
 * and a command that waits for that ends with exit code 0, because Node has nothing left to do.
 */
export function buildConnector(options: ConnectorOptions): Connector {
  const connect = connectorOf(options);
  return (to, callback) =>
    connect(to, (...given) => {
      const [error] = given;
      if (systemCode(error) === 'ERR_TLS_CERT_ALTNAME_INVALID') {
        callback(new Error('the certificate is for another name', { cause: error }), null);
      } else {
        callback(...given);
      }
    });
}
