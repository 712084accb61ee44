import * as z from 'zod';
import { Mapping, MappingName, type Mappings } from '../../contract/api/mappings.ts';
import { reason } from '../../contract/reasons/catalogue.ts';
import { refusal } from '../../contract/reasons/reason.ts';
import { parseMapping } from '../../engine/restore/mapping/mapping-file.ts';
import type { StateStore } from '../../lib/state.ts';

const ENTRY = 'mappings.json';

/** Limit for all mappings, in KiB, because the state can be a Secret, whose size is limited. */
const KIB = 128;

const Stored = z.array(z.object({ name: MappingName, mapping: Mapping.omit({ orgs: true }) }));

/** Mappings that people saved by name, in the state of the service. */
export async function readMappings(state: StateStore): Promise<Mappings> {
  return { mappings: parsed(await state.get(ENTRY)) };
}

/**
 * Saves a mapping file under a name.
 * @throws DK_SETTINGS for a file that is not valid, or if the saved mappings become too large
 */
export async function saveMapping(state: StateStore, name: string, text: string): Promise<Mappings> {
  const { orgs, ...mapping } = parseMapping(text);
  if (orgs !== undefined) {
    throw refusal('DK_SETTINGS', reason('mapping-orgs'), { advice: reason('remove-orgs') });
  }
  return change(state, name, [{ name, mapping }]);
}

/** Deletes the mapping of that name, if it exists. */
export function removeMapping(state: StateStore, name: string): Promise<Mappings> {
  return change(state, name, []);
}

async function change(state: StateStore, name: string, added: Mappings['mappings']): Promise<Mappings> {
  await state.update(ENTRY, (there) => {
    const others = parsed(there).filter((one) => one.name !== name);
    const all = [...others, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
    const value = Buffer.from(JSON.stringify(all));
    if (added.length > 0 && value.length > KIB * 1024) {
      throw refusal('DK_SETTINGS', reason('mappings-full', { kib: String(KIB) }), {
        advice: reason('remove-mappings'),
      });
    }
    return value;
  });
  return readMappings(state);
}

/** Unreadable mappings count as not saved. */
function parsed(stored: Buffer | undefined): Mappings['mappings'] {
  try {
    return Stored.parse(JSON.parse(stored?.toString('utf8') ?? '[]'));
  } catch {
    return [];
  }
}
