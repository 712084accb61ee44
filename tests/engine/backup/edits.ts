import { expect } from 'vitest';

const ADMIN = {
  authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
  'content-type': 'application/json',
};

/** Changes a dashboard as a person would. */
export async function edit(url: string, uid: string): Promise<void> {
  const found = await fetch(`${url}/api/dashboards/uid/${uid}`, { headers: ADMIN });
  const { dashboard, meta } = (await found.json()) as { dashboard: object; meta: { folderUid: string } };
  const answer = await fetch(`${url}/api/dashboards/db`, {
    method: 'POST',
    headers: ADMIN,
    body: JSON.stringify({
      dashboard: { ...dashboard, description: 'edited' },
      folderUid: meta.folderUid,
      overwrite: true,
    }),
  });
  expect(answer.status).toBe(200);
}

export async function remake(url: string, uid: string): Promise<void> {
  await fetch(`${url}/api/dashboards/uid/${uid}`, { method: 'DELETE', headers: ADMIN });
  const answer = await fetch(`${url}/api/dashboards/db`, {
    method: 'POST',
    headers: ADMIN,
    body: JSON.stringify({ dashboard: { uid, title: 'Made again', panels: [], schemaVersion: 39 } }),
  });
  expect(answer.status).toBe(200);
}
