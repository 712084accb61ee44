import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the process that plays Grafana and the bucket understands. */
export type Command =
  | { do: 'seed'; count: number; folders: number; bytes: number }
  | { do: 'change'; share: number }
  | { do: 'wipe' }
  | { do: 'load'; latencyMs: number; workers?: number; serviceMs?: number; rateLimit?: number }
  | { do: 'errors'; share: number }
  | { do: 'count' }
  | { do: 'reset' };

export interface Counted {
  requests: { method: string; path: string; query: string }[];
  responseBytes: number;
  dashboards: number;
}

export interface Address {
  grafana: string;
  token: string;
  s3: Record<string, string>;
}

/** Grafana and the bucket in a process of their own, so that their work is not counted as ours. */
export class Servers {
  readonly address: Address;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, address: Address) {
    this.#child = child;
    this.address = address;
  }

  static async start(profile: string, directory: string): Promise<Servers> {
    const child = fork(fileURLToPath(new URL('./servers-process.ts', import.meta.url)), [profile, directory], {
      execArgv: ['--import', 'tsx'],
    });
    const [address] = (await once(child, 'message')) as [Address];
    return new Servers(child, address);
  }

  async send(command: Command): Promise<Counted> {
    const answered = once(this.#child, 'message');
    this.#child.send(command);
    const [answer] = (await answered) as [Counted];
    return answer;
  }

  async stop(): Promise<void> {
    this.#child.kill();
    await once(this.#child, 'close');
  }
}
