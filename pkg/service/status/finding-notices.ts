import type { Log } from '../../contract/ports.ts';
import { findingError } from '../../repository/signing/finding-error.ts';
import type { Notifier } from '../notifications/notifier.ts';
import type { StatusCache } from './status-cache.ts';

/** Reports each finding about the repository once in the life of a process: an open one again after a restart. */
export class FindingNotices {
  readonly #parts: { statusCache: StatusCache; notifier: Notifier; log: Log };
  readonly #reported = new Set<string>();

  constructor(parts: { statusCache: StatusCache; notifier: Notifier; log: Log }) {
    this.#parts = parts;
  }

  /** To be called often, by the replica that leads. */
  watch(): void {
    const { statusCache, notifier, log } = this.#parts;
    for (const finding of statusCache.findings) {
      const name = `${finding.code} ${finding.since}`;
      if (!this.#reported.has(name)) {
        this.#reported.add(name);
        const { code, message, hint } = findingError(finding);
        log.error({ code, advice: hint }, message);
        notifier.notify({ event: 'repository', text: `${message}. ${hint}` });
      }
    }
  }
}
