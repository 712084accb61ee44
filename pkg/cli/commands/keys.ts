import type { Repository } from '../../repository/repository.ts';
import { keySigners } from '../../repository/encryption/key-signers.ts';
import { signersOf } from '../../repository/signing/signers.ts';
import type { Exit, Register } from '../command.ts';
import type { CommonFlags } from '../config/settings.ts';
import { withSession } from '../open.ts';
import { withTarget } from '../options.ts';
import { counted, printLine, printResult, printTable } from '../output/output.ts';
import type { CliContext } from '../context.ts';

interface Flags extends CommonFlags {
  rotate?: boolean;
}

/** Registers `dashkeep keys`. */
export const registerKeys: Register = (program, run) => {
  withTarget(program.command('keys'))
    .description('show this machine’s signing key, the trusted keys and the signers of snapshots')
    .option('--rotate', 'first create a new signing key, signed by the current one; both stay trusted')
    .action(run(runKeys));
};

async function runKeys(context: CliContext, flags: Flags): Promise<Exit> {
  const view = await withSession(context, flags, false, async ({ repository }) => {
    if (flags.rotate === true) {
      await repository.trust.signing.rotate({ signal: context.signal });
    }
    return viewOf(repository, context.signal);
  });
  printResult(context, flags, view, () => print(context, view));
  return 0;
}

type View = Awaited<ReturnType<typeof viewOf>>;

async function viewOf(repository: Repository, signal: AbortSignal) {
  const { trust } = repository;
  const { trusted } = trust.keys;
  const { signers, unsigned } = signersOf(await repository.snapshots({ whole: true, signal }));
  const ofKey = await keySigners(repository, { signal });
  const fingerprints = new Set([...trusted, ...signers.map(({ fingerprint }) => fingerprint), ...ofKey]);
  const known = new Map(signers.map((signer) => [signer.fingerprint, signer]));
  return {
    standing: trust.standing,
    // Without a trusted key, the index of snapshots is used as it is: anyone who can write to the target can write it.
    verified: trust.standing === 'pinned',
    own: trust.own ?? null,
    keys: [...fingerprints].map((fingerprint) => ({
      fingerprint,
      trusted: trusted.has(fingerprint),
      snapshots: known.get(fingerprint)?.snapshots ?? 0,
      first: known.get(fingerprint)?.first ?? null,
      newest: known.get(fingerprint)?.newest ?? null,
      signedRepositoryKey: ofKey.has(fingerprint),
    })),
    unsigned,
  };
}

function print(context: CliContext, { standing, own, keys, unsigned }: View): void {
  printTable(
    context,
    ['key', 'trusted', 'snapshots', 'first', 'newest', ''],
    keys.map(({ fingerprint, trusted, snapshots, first, newest, signedRepositoryKey }) => [
      fingerprint,
      trusted ? 'yes' : 'no',
      snapshots,
      first ?? '',
      newest ?? '',
      [fingerprint === own ? 'signs here' : [], signedRepositoryKey ? 'signed the repository’s key' : []]
        .flat()
        .join(', '),
    ]),
  );
  if (keys.some(({ trusted, signedRepositoryKey }) => signedRepositoryKey && !trusted)) {
    printLine(
      context,
      'Anyone who can write to the target can sign the repository’s key. Trust a key marked “signed the repository’s key” only if you wrote down its fingerprint.',
    );
  }
  if (unsigned > 0) {
    printLine(context, `Unsigned: ${counted(unsigned, 'snapshot')}.`);
  }
  printLine(context, MEANING[standing]);
}

const MEANING: Record<View['standing'], string> = {
  pinned:
    'Snapshots signed by a trusted key are valid, unless someone has changed them since (only `dashkeep verify` detects this). All others are untrusted. Write down the fingerprint in a safe place outside the target.',
  'first-contact':
    'No key is trusted here yet, so these counts and times are not verified: anyone who can write to the target can forge them. Compare a fingerprint with the one that you wrote down, then run: dashkeep trust <fingerprint>',
  unsigned:
    'No signature was found, and no key is trusted here, so Dashkeep cannot tell whether someone removed signatures. The next backup creates a key. If the existing snapshots are yours, trust them with: dashkeep trust --unsigned',
  replaced:
    'The target now contains another repository, so its snapshots are untrusted, and these counts and times are not verified. `dashkeep verify` shows what to do.',
};
