import type { Agent as UndiciAgent } from 'undici';
import Agent from 'undici/lib/dispatcher/agent.js';

/**
 * Connections that are kept, for `exchange`. Only this part of undici is loaded: all of it (fetch, WebSocket, caches)
 * would take a tenth of the memory of the idle service.
 */
export { Agent };
export type Connections = UndiciAgent;
