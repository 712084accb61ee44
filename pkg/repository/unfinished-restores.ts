import * as z from 'zod';
import { compact } from '../contract/compact.ts';
import type { RunRecord } from '../contract/runs.ts';
import type { TrustState } from './signing/trust-state.ts';
import { sha256Of } from './signing/statement.ts';

/** How many are remembered, so that they take a few hundred bytes of a Secret. */
const MOST = 5;
const DIGEST_LENGTH = 32;

const Unfinished = z.object({ run: z.string(), source: z.string().optional(), sha256: z.string() });
type Unfinished = z.infer<typeof Unfinished>;

/**
 * Remembers what the record of a restore that goes on or was interrupted lists last: its signature alone does not show
 * whether someone put back an earlier state. The end of a restore also ends the earlier ones of that snapshot, and
 * the one that it undoes.
 */
export async function rememberRestore(state: TrustState | undefined, record: RunRecord): Promise<void> {
  if (record.kind !== 'restore') {
    return;
  }
  const { id: run, source, undoes, status } = record;
  const hasEnded = status === 'complete' || status === 'partial';
  try {
    await state?.updateUnfinished((bytes) => {
      const isOver = (one: Unfinished): boolean =>
        one.run === run || (hasEnded && (one.run === undoes || (one.source !== undefined && one.source === source)));
      const others = parse(bytes).filter((one) => !isOver(one));
      const all = hasEnded ? others : [compact({ run, source, sha256: digestOf(record) }), ...others];
      return all.length === 0 ? undefined : Buffer.from(JSON.stringify(all.slice(0, MOST)));
    });
  } catch {
    // Then finishing the restore needs more confirmations.
  }
}

/**
 * Whether the records of the restores of a snapshot that did not finish, that one among them, are all there and list
 * what was written here last.
 */
export async function areLastStates(
  state: TrustState | undefined,
  { id, source }: Pick<RunRecord, 'id' | 'source'>,
  records: readonly RunRecord[],
): Promise<boolean> {
  const known = parse(await state?.unfinished()).filter((one) => one.source === source);
  const isThere = ({ run, sha256 }: Unfinished): boolean =>
    records.some((record) => record.id === run && digestOf(record) === sha256);
  return known.some(({ run }) => run === id) && known.every(isThere);
}

function digestOf({ id, source, touched }: RunRecord): string {
  return sha256Of(JSON.stringify([id, source, touched])).slice(0, DIGEST_LENGTH);
}

/** Without it, nothing is remembered. */
function parse(bytes: Buffer | undefined): Unfinished[] {
  try {
    return bytes === undefined ? [] : z.array(Unfinished).parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    return [];
  }
}
