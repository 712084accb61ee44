import { dashboard } from '../dashboard.ts';
import type { KindContext, Listed } from '../kind.ts';

/** Uid, title and folder of every dashboard that is live, without bodies where the server can leave them out; read once. */
export function liveDashboards(context: KindContext): Promise<Listed[]> {
  return context.memo('live-dashboards', async () => {
    const all: Listed[] = [];
    // Claiming to know everything makes the kind list metadata only: bodies would be for `read`, which nobody calls here.
    for await (const { uid, title, folderUid } of dashboard.list(context, {
      revision: () => undefined,
      size: Infinity,
    })) {
      all.push({ uid, title, ...(folderUid === undefined ? {} : { folderUid }) });
    }
    return all;
  });
}
