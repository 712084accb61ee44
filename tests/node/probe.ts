import { readFile } from 'node:fs/promises';
import type { Namespace } from './cluster.ts';
import { soon } from './cluster.ts';

const NODE = '/nodejs/bin/node';

/** Prints what becomes of a connection. A policy refuses it, or drops it without a word. */
const CONNECT = `
  const socket = require('node:net').connect(+process.argv[2], process.argv[1]);
  const say = (outcome) => { console.log(outcome); process.exit(); };
  socket.setTimeout(5000, () => say('refused'));
  socket.on('connect', () => say('open')).on('error', ({ code }) => say(code === 'ECONNREFUSED' ? 'refused' : code));`;

/** A pod that asks others over the network. */
export class Probe {
  readonly #namespace: Namespace;

  private constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  static async start(namespace: Namespace): Promise<Probe> {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    await namespace.apply({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'probe' },
      spec: {
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 0,
        securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
        containers: [
          {
            name: 'probe',
            image: `ghcr.io/dashkeep/dashkeep:${version}`,
            command: [NODE, '-e', 'setInterval(() => {}, 1e6)'],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          },
        ],
      },
    });
    return new Probe(namespace);
  }

  /** Waits until a connection is as it should be, because a rule takes effect a moment after it is made. */
  async finds(outcome: 'open' | 'refused', host: string, port: number): Promise<void> {
    await soon(`${host}:${port} is ${outcome}`, async () => {
      const found = (
        await this.#namespace.kubectl('exec', 'probe', '--', NODE, '-e', CONNECT, host, String(port))
      ).trim();
      if (found !== outcome) {
        throw new Error(`for a pod in ${this.#namespace.name}, ${host}:${port} is ${found} instead of ${outcome}`);
      }
      return true;
    });
  }
}
