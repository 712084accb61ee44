import { createServer, connect, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLog } from '../../pkg/contract/ports.ts';
import { KubeClient } from '../../pkg/kubernetes/client.ts';
import { Election } from '../../pkg/kubernetes/election.ts';
import { Cluster } from '../support/kube/cluster.ts';
import { createEmptyObjects, grant, serviceRules } from '../support/kube/role.ts';
import { eventually, realClock, realRandomness } from '../support/ports.ts';
import { describeKubernetes, programs } from './tier.ts';

/** A way to the API server that can be cut: connections stay open and nothing passes, as when a network breaks. */
class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #cut = false;
  port = 0;

  constructor(target: number) {
    this.#server = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (data) => this.#cut || to.write(data));
        from.on('error', () => to.destroy());
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
      }
    });
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.port = typeof address === 'object' && address !== null ? address.port : 0;
    return this;
  }

  cut(): void {
    this.#cut = true;
  }

  mend(): void {
    this.#cut = false;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  close(): void {
    this.#server.close();
    this.#sockets.forEach((socket) => socket.destroy());
  }
}

/** What a service does with its term: works while it lasts, and stops a moment after it is told to. */
class Worker {
  readonly election: Election;
  readonly #running: Set<Worker>;
  readonly #overlaps: string[];
  #stopped = false;
  turns = 0;

  constructor(election: Election, running: Set<Worker>, overlaps: string[]) {
    this.election = election;
    this.#running = running;
    this.#overlaps = overlaps;
  }

  async work(): Promise<void> {
    while (!this.#stopped) {
      const term = this.election.term;
      if (term !== undefined && !term.aborted) {
        this.turns++;
        this.#running.add(this);
        if (this.#running.size > 1) {
          this.#overlaps.push([...this.#running].map((worker) => worker.election.identity).join(' and '));
        }
        await new Promise<void>((resolve) => {
          if (term.aborted) {
            resolve();
          }
          term.addEventListener('abort', () => resolve(), { once: true });
        });
        await realClock.sleep(20);
        this.#running.delete(this);
      }
      await realClock.sleep(5);
    }
  }

  stop(): void {
    this.#stopped = true;
  }
}

describeKubernetes('leader election, against a real API server', () => {
  let cluster: Cluster;
  let directory: string;
  const namespace = 'election';
  const timing = { lease: 1_000, renewDeadline: 600, retry: 100 };

  beforeAll(async () => {
    cluster = await Cluster.start(programs ?? '');
    await cluster.namespace(namespace);
    directory = await cluster.serviceAccount(namespace, 'dashkeep');
    await grant(cluster, namespace, 'dashkeep', [
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'update'] },
    ]);
  });
  afterAll(() => cluster?.stop());

  function replica(lease: string, identity: string, port = cluster.port, mayYield?: () => boolean): Election {
    const client = new KubeClient({ directory, host: cluster.host, port, clock: realClock, log: silentLog });
    return new Election({
      client,
      lease: { namespace, name: lease },
      identity,
      clock: realClock,
      randomness: realRandomness,
      log: silentLog,
      timing,
      mayYield,
    });
  }

  async function createLease(name: string): Promise<void> {
    await createEmptyObjects(cluster, namespace, { secret: `unused-${name}`, lease: name });
  }

  it('never lets two replicas work concurrently through 200 changes of the leader', async () => {
    const overlaps: string[] = [];
    const lanes = Array.from({ length: 10 }, (_, lane) => `lane-${lane}`);
    const changes = await Promise.all(
      lanes.map(async (lease, lane) => {
        await createLease(lease);
        const wires = await Promise.all([new Wire(cluster.port).open(), new Wire(cluster.port).open()]);
        const running = new Set<Worker>();
        const workers = wires.map(
          (wire, n) => new Worker(replica(lease, `${lease}-${n}`, wire.port), running, overlaps),
        );
        workers.forEach((worker) => worker.election.start());
        const working = workers.map((worker) => worker.work());
        let changed = 0;
        let leader = await eventually(
          'a first leader',
          () => workers.findIndex((w) => w.election.leading) + 1 || undefined,
        );
        while (changed < 20) {
          // Cut off in different moments of the renewal.
          await realClock.sleep(((lane * 37 + changed * 53) % 11) * 10);
          wires[leader - 1]?.cut();
          const next = 3 - leader;
          await eventually(
            `replica ${next} of ${lease} to lead`,
            () => workers[next - 1]?.election.leading || undefined,
          );
          wires[leader - 1]?.mend();
          leader = next;
          changed++;
        }
        workers.forEach((worker) => worker.stop());
        await Promise.all(workers.map((worker) => worker.election.stop()));
        await Promise.all(working);
        wires.forEach((wire) => wire.close());
        expect(workers.every((worker) => worker.turns >= 10)).toBe(true);
        return changed;
      }),
    );
    expect(changes.reduce((sum, count) => sum + count)).toBe(200);
    expect(overlaps).toEqual([]);
  });

  it('ends a term in time when the API server hangs', async () => {
    await createLease('hanging');
    const wire = await new Wire(cluster.port).open();
    const election = replica('hanging', 'only', wire.port);
    election.start();
    const term = await eventually('to lead', () => election.term);
    wire.cut();
    await eventually('the end of the term', () => term.aborted || undefined);
    expect(election.leading).toBe(false);
    expect(String(term.reason)).toContain('no longer leads');
    wire.mend();
    await eventually('to lead again', () => election.term);
    await election.stop();
    wire.close();
  });

  it('gives the lease back when it stops, so that the next need not wait for its end', async () => {
    await createLease('given-back');
    const first = replica('given-back', 'first');
    first.start();
    await eventually('the first to lead', () => first.term);
    await first.stop();
    const lease = await cluster.must('GET', `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/given-back`);
    expect((lease['spec'] as { holderIdentity?: string }).holderIdentity ?? '').toBe('');
  });

  it('hands over to a replica that asks, but not while something runs', async () => {
    await createLease('wanted');
    let idle = false;
    const first = replica('wanted', 'first', cluster.port, () => idle);
    first.start();
    await eventually('the first to lead', () => first.term);
    const second = replica('wanted', 'second');
    second.start();
    expect(await second.request()).toBeUndefined();
    expect(first.leading).toBe(true);
    idle = true;
    expect(await second.request()).toBeDefined();
    expect([first.leading, second.leading]).toEqual([false, true]);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('passes notes from the leader to the others', async () => {
    await createLease('notes');
    const [first, second] = [replica('notes', 'first'), replica('notes', 'second')];
    first.start();
    await eventually('the first to lead', () => first.term);
    second.start();
    first.announce('run', '{"id":"r1"}');
    await eventually('the note', () => second.note('run') === '{"id":"r1"}' || undefined);
    expect(second.holder).toBe('first');
    first.announce('run', undefined);
    await eventually('no note', () => second.note('run') === undefined || undefined);
    await Promise.all([first.stop(), second.stop()]);
  });

  it.each(['get', 'update'])('says which rule is missing without the verb %s', async (missing) => {
    await createLease(`without-${missing}`);
    const account = `without-${missing}`;
    const folder = await cluster.serviceAccount(namespace, account);
    const rules = serviceRules('grafana-backup', account).map((rule) => ({
      ...rule,
      verbs: rule.verbs.filter((verb) => verb !== missing),
    }));
    await grant(cluster, namespace, account, rules);
    const client = new KubeClient({
      directory: folder,
      host: cluster.host,
      port: cluster.port,
      clock: realClock,
      log: silentLog,
    });
    const lease = { namespace, name: account };
    const ports = { clock: realClock, randomness: realRandomness, log: silentLog };
    const election = new Election({ client, lease, identity: 'one', timing, ...ports });
    election.start();
    const problem = await eventually('the refusal', () => election.problem);
    expect(problem.hint).toContain(`resources: [leases], resourceNames: [${account}], verbs: [${missing}]`);
    expect(election.leading).toBe(false);
    await election.stop();
  });
});
