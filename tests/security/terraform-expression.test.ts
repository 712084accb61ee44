import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { filesBelow, installation, type Installation } from '../export/harness.ts';
import { call } from '../simulator/http.ts';

/*
 * Terraform evaluates what is in `${…}` on the machine that applies an export. Anyone who can name a folder could have
 * a file of that machine read, and see it in Grafana afterwards.
 */

let here: Installation;

beforeEach(async () => {
  here = await installation();
  here.grafana.wipe();
});
afterEach(() => here.close());

it('exports no title as an expression for Terraform, whatever it begins with', async () => {
  const first = Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(code));
  for (const [place, character] of [...first, '${', '%{'].entries()) {
    const folder = { uid: `f${place}`, title: `${character}file("/etc/passwd")` };
    expect((await call(here.grafana, 'admin:admin', 'POST /api/folders', folder)).status).toBeLessThan(300);
  }
  await here.run(['backup', '--kinds', 'folder']);

  await here.run(['export', `${here.path}/out`, '--as', 'terraform']);

  expect(await readFile(`${here.path}/out/folder.tf.json`, 'utf8')).toContain('etc/passwd');
  for (const [path, text] of await filesBelow(`${here.path}/out`)) {
    expect(text.match(/(?<![$%])[$%]\{.*/g), path).toBeNull();
  }
});
