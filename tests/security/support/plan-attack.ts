import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call } from '../../simulator/http.ts';
import { runCli, type Ended } from '../../support/cli.ts';
import { depth } from '../../support/budget.ts';
import { temporaryDirectory } from '../../support/directories.ts';
import { hastyClock } from '../../support/fast-clock.ts';
import { startGrafana } from '../../support/grafana/index.ts';
import type { Simulator } from '../../support/grafana/simulator.ts';
import { removeDirectory, startService, type TestService } from '../../support/service.ts';

const ADMIN = { GRAFANA_ADMIN_USER: 'admin', GRAFANA_ADMIN_PASSWORD: 'admin' };

/** A Grafana with a repository, and what people and their attacker do with both. */
export interface Lab {
  grafana: Simulator;
  /** URL of the repository. */
  target: string;
  /** As a server admin. */
  api(route: string, body?: unknown, org?: number): Promise<Record<string, unknown>>;
  dashkeep(args: string[], environment?: Record<string, string>): Promise<Ended>;
  /** The service on the same repository. */
  service(): Promise<TestService>;
}

/** What somebody who can forge a snapshot wants, and how a person would notice. */
export interface Attack {
  /** What the people of this Grafana have. */
  seed(lab: Lab): Promise<unknown>;
  /** Brings Grafana to what the forged snapshot says; it is taken like that. */
  forge(lab: Lab): Promise<unknown>;
  /** Back to what people have. */
  heal(lab: Lab): Promise<unknown>;
  /** What is restored, as kind and uid; the uid may be known only when it is forged. */
  target: { kind: string; uid: string | ((lab: Lab) => string) };
  /** What must not change without a person's word; equal before and after means unharmed. */
  state(lab: Lab): unknown;
  /** What the plan has to say first. */
  says: { code: string; params: Record<string, string> }[];
  /** The service refuses whatever belongs to the whole server. */
  cliOnly?: true;
  /** Goes through the service in the quick run, too: it gets the same plan, whatever the attack. */
  always?: 'service';
}

let lab: Lab;

function labHooks(): void {
  const cleanUps: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    const grafana = await startGrafana({ profile: '12.4' });
    const directory = await temporaryDirectory();
    const target = `file://${directory.path}/repository`;
    cleanUps.push(() => grafana.close(), directory.remove);
    lab = {
      grafana,
      target,
      async api(route, body, org = 1) {
        const headers = { 'x-disable-provenance': 'true', 'x-grafana-org-id': String(org) };
        const answer = await call(grafana, 'admin:admin', route, body, headers);
        expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300);
        return answer.body as Record<string, unknown>;
      },
      dashkeep(args, environment = {}) {
        const where = ['--target', target, '--state-dir', `${directory.path}/state`, '--grafana-url', grafana.url];
        const as = 'GRAFANA_API_TOKEN' in environment ? {} : ADMIN;
        return runCli([...args, ...where, '--json'], { ...as, ...environment }, { clock: hastyClock });
      },
      async service() {
        // What the command line has signed is another writer's.
        const { json } = await runCli(['snapshots', '--target', target, '--json'], {});
        const trusted = { DASHKEEP_TRUSTED_KEYS: String(json.snapshots[0].signer) };
        const service = await startService({
          grafanaUrl: grafana.url,
          environment: { DASHKEEP_TARGET: target, ...trusted },
        });
        cleanUps.unshift(async () => {
          await service.stop();
          await removeDirectory(service.directory);
        });
        return service;
      },
    };
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) {
      await cleanUp();
    }
  });
}

interface Said {
  kind: string;
  uid: string;
  action: string;
  reason: string;
  security?: { code: string; params: Record<string, string> }[];
}

/**
 * An attack that the command line and the service's API refuse. It is let through in one of them, by the words that
 * this asks for.
 */
export function describeAttack(name: string, attack: Attack): void {
  describe(name, () => {
    labHooks();
    it('changes nothing before the words were typed that the plan asks for, before all else', async () => {
      await attack.seed(lab);
      await attack.forge(lab);
      const backup = await lab.dashkeep(['backup', '--orgs', 'all']);
      expect(backup.json.status).toBe('complete');
      const uid = typeof attack.target.uid === 'string' ? attack.target.uid : attack.target.uid(lab);
      await attack.heal(lab);
      const before = await attack.state(lab);
      const args = ['restore', 'latest', '--only', `${attack.target.kind}/${uid}`, '--overwrite'];

      const ended = await lab.dashkeep([...args, '--apply']).catch((error: unknown) => error);
      expect(await attack.state(lab)).toEqual(before);
      expect(ended).toMatchObject({ code: 'DK_CONFIRMATION', exit: 2 });
      const wrong = await lab.dashkeep([...args, '--apply', '--confirm', 'yes']).catch((error: unknown) => error);
      expect(wrong).toMatchObject({ code: 'DK_CONFIRMATION' });
      expect(await attack.state(lab)).toEqual(before);
      const { json } = await lab.dashkeep(args);
      const [first] = json.plan as Said[];
      expect(first).toMatchObject({ kind: attack.target.kind, security: attack.says });
      expect(json.confirm).toMatch(/\d security changes?/);

      if (attack.cliOnly || (depth() !== 'all' && attack.always === undefined)) {
        const done = await lab.dashkeep([...args, '--apply', '--confirm', json.confirm as string]);
        const result = (done.json.results as Said[]).find(({ kind }) => kind === attack.target.kind);
        expect(result).toMatchObject({ outcome: 'verified', security: attack.says });
      } else {
        await throughService(attack, uid, before);
      }
    });
  });
}

async function throughService(attack: Attack, uid: string, before: unknown): Promise<void> {
  const service = await lab.service();
  const { json: snapshots } = await service.call('GET', '/snapshots');
  const made = await service.call('POST', '/restores', {
    snapshot: snapshots.items[0].id,
    selection: { type: 'resources', resources: [{ org: 1, kind: attack.target.kind, uid }] },
    options: { overwrite: true },
  });
  expect(made.status, made.text).toBe(201);
  const { json: page } = await service.call('GET', `/restores/${made.json.id}/items`);
  const [first] = page.items as Said[];
  expect(first).toMatchObject({ kind: attack.target.kind, security: attack.says });
  expect(made.json).toMatchObject({
    confirm: expect.stringMatching(/\d security changes?/),
    security: attack.says.length,
  });
  for (const confirm of [made.json.snapshot, page.items[0].title, '1 resource', '']) {
    const refused = await service.call('POST', `/restores/${made.json.id}/apply`, { confirm });
    expect(refused.json).toMatchObject({ error: { code: 'DK_CONFIRMATION' } });
  }
  expect(await attack.state(lab)).toEqual(before);
  const applied = await service.call('POST', `/restores/${made.json.id}/apply`, { confirm: made.json.confirm });
  expect(applied.status, applied.text).toBe(202);
  await service.ended(applied.json.id as string);
  const run = (await service.call('GET', `/runs/${applied.json.id}`)).json;
  expect(run.security).toMatchObject([{ kind: attack.target.kind, changes: attack.says }]);
}

/** The lab of the attack that is running. */
export function currentLab(): Lab {
  return lab;
}

/** Only the hooks, for attacks that go their own way. */
export { labHooks };
