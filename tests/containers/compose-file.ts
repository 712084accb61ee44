import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../support/ports.ts';
import { docker, inspect, run } from './docker.ts';
import type { Stack } from './stack.ts';

const MINUTE = 60_000;

/**
 * `docker compose up` as in docs/install/compose.md, from nothing to `down --volumes`. The tests build on each other.
 */
export function composeFile(given: () => Stack): void {
  describe('docker compose', () => {
    let first = '';

    it('comes up and makes a complete backup, seen through the plugin proxy', async () => {
      const stack = given();
      await stack.must('up', '--build', '--detach');
      first = await stack.completeBackup();
      const { content, newest, token, target } = await eventually('the status shows what is stored', async () => {
        const status = await stack.app('GET', '/status');
        return status.newest?.id === first ? status : undefined;
      });
      expect(content).toMatchObject({ dashboard: 5, folder: 2, 'alert-rule-group': 1, 'data-source': 1 });
      expect(newest.signed).toBe(true);
      expect(token.state).toBe('valid');
      expect(target).toMatchObject({ configured: true, reachable: true });
    });

    it('is healthy', async () => {
      for (const service of ['grafana', 'dashkeep']) {
        const container = await given().container(service);
        await eventually(
          `${service} is healthy`,
          async () => (await inspect(container)).State.Health.Status === 'healthy',
          2 * MINUTE,
        );
      }
      expect((await inspect(await given().container('dashkeep'))).RestartCount).toBe(0);
    });

    it('is scraped by Prometheus, which knows the alert rules', async () => {
      const stack = given();
      const series = await eventually(
        'Prometheus has read the metrics',
        async () => {
          const query = 'dashkeep_last_success_timestamp_seconds and on (job) (up{job="dashkeep"} == 1)';
          const answer = await stack.fetch('prometheus', `/api/v1/query?query=${encodeURIComponent(query)}`);
          const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } };
          return data.result[0];
        },
        5 * MINUTE,
      );
      expect(Number(series.value[1])).toBeGreaterThan(Date.now() / 1000 - 600);
      const { data } = (await (await stack.fetch('prometheus', '/api/v1/rules')).json()) as {
        data: { groups: { rules: { name: string; health: string }[] }[] };
      };
      const file = await readFile(join(stack.folder, 'provisioning/prometheus/rules.yml'), 'utf8');
      const written = (parse(file) as { groups: { rules: { alert: string }[] }[] }).groups;
      expect(data.groups.flatMap(({ rules }) => rules.map(({ name }) => name))).toEqual(
        written.flatMap(({ rules }) => rules.map(({ alert }) => alert)),
      );
    });

    it('lets nobody in without a login or the token, and listens on this machine only', async () => {
      const stack = given();
      const proxied = await stack.fetch('grafana', '/api/plugin-proxy/dashkeep-backup-app/api/v1/status');
      expect(proxied.status).toBe(401);
      expect((await stack.fetch('api', '/api/v1/status')).status).toBe(401);
      expect((await stack.fetch('ops', '/healthz')).status).toBe(200);
      for (const service of ['grafana', 'dashkeep', 's3', 'prometheus']) {
        const { HostConfig } = await inspect(await stack.container(service));
        const hosts = Object.values(HostConfig.PortBindings as Record<string, { HostIp: string }[]>).flat();
        expect(hosts.length).toBeGreaterThan(0);
        expect(new Set(hosts.map(({ HostIp }) => HostIp)), service).toEqual(new Set(['127.0.0.1']));
      }
    });

    it('confines the service: no root, no rights, a root that cannot be written', async () => {
      const probe = `
        const { readFileSync, writeFileSync } = require('node:fs');
        const status = readFileSync('/proc/1/status', 'utf8');
        const field = (name) => new RegExp(name + ':\\\\s*(\\\\S+)').exec(status)[1];
        const tried = ['/x', '/dashkeep/x', '/var/lib/dashkeep/x', '/tmp/x'].map((path) => {
          try { writeFileSync(path, ''); return 'written'; } catch (error) { return error.code; }
        });
        console.log(['Uid', 'CapEff', 'CapBnd', 'NoNewPrivs', 'Seccomp'].map(field).join(' '), ...tried);`;
      const answer = await given().must('exec', '-T', 'dashkeep', '/nodejs/bin/node', '-e', probe);
      expect(answer).toBe('65532 0000000000000000 0000000000000000 1 2 EROFS EROFS written written\n');
    });

    it('answers the command line that the guide shows', async () => {
      const command = ['/nodejs/bin/node', '/dashkeep/dashkeep.mjs', 'snapshots', '--json'];
      const { snapshots } = JSON.parse(await given().must('exec', '-T', 'dashkeep', ...command));
      expect(snapshots.map(({ id }: { id: string }) => id)).toContain(first);
    });

    it('shows what was deleted, and brings it back', async () => {
      const stack = given();
      await stack.grafana('DELETE', '/api/folders/try-shop');
      const gone = await stack.app('GET', `/diff?from=${first}&to=live&change=removed&refresh=true`);
      expect(gone.items.map(({ title }: { title: string }) => title)).toEqual(
        expect.arrayContaining(['Shop', 'Checkout', 'Catalogue', 'Revenue']),
      );
      const selection = { type: 'folder', org: 1, uid: 'try-shop' };
      const plan = await stack.app('POST', '/restores', { snapshot: first, selection });
      const { id } = await stack.app('POST', `/restores/${plan.id}/apply`, {});
      await eventually(
        'the restore has ended',
        async () => (await stack.app('GET', `/runs/${id}`)).status === 'complete',
        5 * MINUTE,
      );
      // Grafana's search index follows a moment later.
      const titles = await eventually('search finds the dashboards again', async () => {
        const hits: { title: string }[] = await stack.grafana('GET', '/api/search?folderUIDs=try-shop');
        return hits.length >= 3 ? hits.map(({ title }) => title).sort() : undefined;
      });
      expect(titles).toEqual(['Catalogue', 'Checkout', 'Revenue']);
    });

    it.each([
      ['target', { DASHKEEP_TARGET: 'file:///small/target', DASHKEEP_STATE_DIR: '/tmp/state' }, ['backup'], 1],
      ['state', { DASHKEEP_TARGET: 'file:///tmp/target', DASHKEEP_STATE_DIR: '/small/state' }, ['bootstrap'], 2],
    ])('says what to do when the disk of the %s is full', async (_what, settings, command, exit) => {
      const { Config } = await inspect(await given().container('dashkeep'));
      const kept = (Config.Env as string[]).filter((text) => /^(GRAFANA|NODE|DASHKEEP_KUBERNETES)/.test(text));
      const environment = [...kept, ...Object.entries(settings).map((pair) => pair.join('='))];
      const full = ['--tmpfs', '/small:size=4k,mode=0777', '--tmpfs', '/tmp', '--network', 'dashkeep_default'];
      const { code, stderr } = await run('docker', [
        ...['run', '--rm', '--read-only', ...full, ...environment.flatMap((text) => ['--env', text])],
        ...['dashkeep:local', ...command],
      ]);
      expect(stderr).toContain('The disk is full. Free up space, or use a larger volume.');
      expect(code).toBe(exit);
    });

    it('finds its history again after `down` and `up`', async () => {
      const stack = given();
      await stack.must('down');
      await stack.must('up', '--detach');
      const { items } = await eventually(
        'the history',
        async () => {
          const page = await stack.app('GET', '/snapshots');
          return page.items.length > 0 ? page : undefined;
        },
        5 * MINUTE,
      );
      expect(items.map(({ id }: { id: string }) => id)).toContain(first);
      await stack.app('POST', '/runs', { kind: 'backup' });
      await stack.completeBackup(first);
    });

    it('leaves nothing after `down --volumes`', async () => {
      await given().must('down', '--volumes');
      const mine = ['--filter', 'label=com.docker.compose.project=dashkeep', '--quiet'];
      for (const what of [
        ['ps', '--all'],
        ['volume', 'ls'],
        ['network', 'ls'],
      ]) {
        expect(await docker(...what, ...mine), what.join(' ')).toBe('');
      }
    });
  });
}
