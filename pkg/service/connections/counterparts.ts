import type { Counterpart, RestoreOptions } from '../../contract/api/restores.ts';
import { compact } from '../../contract/compact.ts';
import { REPLACEABLE, SERVER_KINDS } from '../../contract/kinds.ts';
import { writeContext } from '../../engine/restore/context.ts';
import type { Plan, PlanRequest } from '../../engine/restore/types.ts';
import type { Instance } from '../../grafana/instance.ts';
import { kindOf } from '../../grafana/kinds/registry.ts';

/** Dependencies that the other Grafana lacks, and the selected folders, each with possible replacements. */
export async function counterpartsOf(
  request: PlanRequest,
  { missing }: Plan,
  { replace }: NonNullable<RestoreOptions['to']>,
): Promise<Counterpart[]> {
  const { manifest, selection, instance } = request;
  const titleOf = (kind: string, uid: string): string =>
    manifest.resources.find((one) => one.kind === kind && one.uid === uid)?.title ?? uid;
  const kinds = REPLACEABLE.filter((kind) => !SERVER_KINDS.has(kind));
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const chosen = new Map(Object.entries(replace?.[kind] ?? {}));
      const sent = kind === 'folder' ? (selection.folders ?? []) : [];
      const lacking = [...sent, ...missing.filter((one) => one.kind === kind)].map(({ uid }) => uid);
      const wanted = [...new Set([...lacking, ...chosen.keys()])];
      const choices = wanted.length === 0 ? [] : await titlesOf(request, instance, kind);
      return wanted.map((uid) => compact({ kind, uid, title: titleOf(kind, uid), to: chosen.get(uid), choices }));
    }),
  );
  return found.flat();
}

async function titlesOf(
  request: PlanRequest,
  { orgs }: Instance,
  kind: Counterpart['kind'],
): Promise<Counterpart['choices']> {
  const found: Counterpart['choices'] = [];
  for (const org of orgs) {
    for await (const { uid, title } of kindOf(kind).list(writeContext(request, org), {
      revision: () => undefined,
      size: 0,
    })) {
      found.push({ uid, title });
    }
  }
  return found;
}
