import type { LookupFunction } from 'node:net';
import type { Agent as UndiciAgent, buildConnector as UndiciConnector } from 'undici';
import buildConnector from 'undici/lib/core/connect.js';
import Agent from 'undici/lib/dispatcher/agent.js';

/**
 * Connections that are kept, for `exchange`. Only this part of undici is loaded: all of it (fetch, WebSocket, caches)
 * would take a tenth of the memory of the idle service.
 */
export { Agent, buildConnector };
export type Connections = UndiciAgent;
export type Connector = UndiciConnector.connector;
export type ConnectorOptions = UndiciConnector.BuildOptions & { lookup?: LookupFunction };
