import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { confirmPlan } from '../../pkg/cli/restore/confirmation.ts';
import type { CliContext } from '../../pkg/cli/context.ts';
import { silentLog } from '../../pkg/contract/ports.ts';
import type { Plan } from '../../pkg/engine/restore/types.ts';
import { realClock, realRandomness } from '../support/ports.ts';

const item = { org: 1, kind: 'data-source', uid: 'prom', title: 'Prom\u001b[2J', folder: '', reason: '' } as const;
const change = { code: 'address', params: { field: 'url', before: 'http://a', after: 'http://b\u001b[2J' } } as const;
const PLAN = {
  snapshot: 'x',
  items: [{ ...item, action: 'update', losses: [], security: [change] }],
  confirm: '1 security change',
} as unknown as Plan;

/** Somebody at a terminal, or a pipe where nobody is. */
function worldOf(isTTY: boolean): { world: CliContext; stdin: PassThrough; shown: () => string } {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  const parts: string[] = [];
  stderr.on('data', (chunk: Buffer) => parts.push(chunk.toString()));
  const world = {
    environment: {},
    clock: realClock,
    randomness: realRandomness,
    log: silentLog,
    signal: new AbortController().signal,
    stdout: stderr,
    stderr,
    stdin,
  } as unknown as CliContext;
  return { world, stdin, shown: () => parts.join('') };
}

describe('the words that a plan asks for', () => {
  it('are asked for on a terminal, below what they are about', async () => {
    const { world, stdin, shown } = worldOf(true);
    const typed = confirmPlan(world, PLAN, {});
    stdin.write('1 security change\n');
    expect(await typed).toEqual({ confirm: '1 security change' });
    expect(shown()).toMatch(/^action +kind +uid +title\nupdate +data-source +prom +Prom\ufffd\[2J\n/);
    expect(shown()).toContain('data-source prom: url: http://a → http://b\ufffd[2J');
    expect(shown()).toContain("Type '1 security change' to continue: ");
  });

  it('are asked for below how much is written, by action and kind, permissions beside their resources', async () => {
    const { world, stdin, shown } = worldOf(true);
    const planned = [
      ['create', 'folder'],
      ['create', 'dashboard'],
      ['create', 'dashboard'],
      ['unchanged', 'dashboard'],
      ['delete', 'annotation'],
      ['create', 'dashboard-permissions', '1'],
      ['update', 'dashboard-permissions', '3'],
    ].map(([action, kind, uid], at) => ({ ...item, action, kind, uid: uid ?? `${at}`, losses: [], security: [] }));
    const typed = confirmPlan(world, { ...PLAN, items: [...PLAN.items, ...planned] } as unknown as Plan, {});
    stdin.write('1 security change\n');
    await typed;
    const [above] = shown().split('Type ');
    expect(above).toContain(
      'create: 3 (folder: 1, dashboard: 2) and the permissions of 1 of them\n' +
        'update: 2 (data-source: 1, dashboard-permissions: 1)\ndelete: 1 (annotation: 1)\n',
    );
  });

  it('must be typed letter for letter', async () => {
    const { world, stdin } = worldOf(true);
    const typed = confirmPlan(world, PLAN, {});
    stdin.write('yes\n');
    await expect(typed).rejects.toMatchObject({ code: 'DK_CONFIRMATION' });
  });

  it('count as not typed when the input ends', async () => {
    const { world, stdin } = worldOf(true);
    const typed = confirmPlan(world, PLAN, {});
    stdin.end();
    await expect(typed).rejects.toMatchObject({ code: 'DK_CONFIRMATION', exit: 2 });
  });

  it('are said, and not waited for, where nobody sits at a terminal', async () => {
    const { world, shown } = worldOf(false);
    await expect(confirmPlan(world, PLAN, {})).rejects.toMatchObject({
      code: 'DK_CONFIRMATION',
      exit: 2,
      hint: "To confirm, type '1 security change', or pass it with --confirm.",
    });
    expect(shown()).toContain('url: http://a →');
    expect(await confirmPlan(world, PLAN, { confirm: '1 security change' })).toEqual({ confirm: '1 security change' });
  });
});
