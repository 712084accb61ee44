/** One request as the server saw it. */
export interface RequestRecord {
  method: string;
  path: string;
  /** As it came, without the question mark. */
  query: string;
  /** 0 while it is under way, and for ever when the connection was cut or left hanging. */
  status: number;
  /** Milliseconds since the epoch, by the machine's clock. */
  at: number;
  /** How long it took to answer, in milliseconds. */
  ms: number;
  /** Login of the caller; empty before authentication. */
  login: string;
  /** Org it acted in; 0 before authentication. */
  org: number;
  /** Whether the header X-Disable-Provenance was sent. */
  disableProvenance: boolean;
  requestBytes: number;
  responseBytes: number;
  /** What a write sent, where bodies are kept. */
  body?: string;
}

export interface Counters {
  requests: number;
  writes: number;
  responseBytes: number;
  inFlight: number;
  /** The most requests that were ever under way concurrently. */
  peakInFlight: number;
  /** Connections that were opened. */
  connections: number;
}

/** POST routes that only read or compute; every other POST, PUT, PATCH or DELETE is a write. */
export function isWrite(record: { method: string }): boolean {
  return record.method !== 'GET' && record.method !== 'HEAD' && record.method !== 'OPTIONS';
}
