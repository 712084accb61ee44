import { compact } from '../../contract/compact.ts';
import type { Abortable } from '../../lib/abortable.ts';
import { append } from '../../lib/append.ts';
import type { SnapshotSignature, SnapshotSummary } from '../../contract/manifest.ts';
import { CUT_OVER_KEY, signatureKey } from '../layout.ts';
import { claimsIn, readSignature } from './claims.ts';
import { parseCutOver, readCutOver, type CutOver } from './cut-over.ts';
import { Signing } from './signing.ts';
import { sha256Of, startsWithStatement, type Signed } from './statement.ts';
import { TrustedKeys, type Standing, type TrustPorts } from './trusted-keys.ts';

/** Who wrote a file, as far as signatures show. */
export interface Author {
  /** Fingerprint of the key that signed it, or the list from before there were signatures that names it. */
  signer?: string;
  trusted: boolean;
  /** There is a signature of that file, by a trusted key or as the only one, and it is of other bytes. */
  mismatch: boolean;
}

const NOBODY: Author = { trusted: false, mismatch: false };

/** Signatures of one repository: makes them, and says whom they are of and whether that key is trusted here. */
export class Trust {
  readonly keys: TrustedKeys;
  readonly signing: Signing;
  readonly #store: TrustPorts['store'];
  #cutOver: Promise<{ files: CutOver; signers: string[] } | undefined> | undefined;

  private constructor(ports: TrustPorts, repository: string) {
    this.#store = ports.store;
    this.keys = new TrustedKeys(ports, repository);
    this.signing = new Signing(ports, this.keys, () => {
      this.#cutOver = undefined;
    });
  }

  /** By what the local state and the repository say. */
  static async open(ports: TrustPorts & Abortable, repository: string): Promise<Trust> {
    const trust = new Trust(ports, repository);
    await trust.keys.read(ports);
    trust.#forgetCutOver();
    return trust;
  }

  /** By what the local state alone says, without a request. */
  static async readOnly(ports: TrustPorts, repository: string): Promise<Trust> {
    const trust = new Trust(ports, repository);
    await trust.keys.readState();
    return trust;
  }

  get standing(): Standing {
    return this.keys.standing;
  }

  /** Fingerprint of the key that signs here, if it was made already. */
  get own(): string | undefined {
    return this.keys.own?.key.fingerprint;
  }

  /** The statements about a file of this repository whose signatures are right, anyone who made them. */
  async claims(file: string, calls: Abortable = {}): Promise<Signed[]> {
    return (await this.signatureOf(file, calls)).claims;
  }

  /** The same, and whether the signature exists and is cut off or garbled. */
  async signatureOf(file: string, calls: Abortable = {}): Promise<{ claims: Signed[]; unreadable: boolean }> {
    const text = await readSignature(this.#store, signatureKey(file), calls);
    const claims = claimsIn(text, this.keys.repository, file);
    if (claims.length > 0) {
      this.keys.noteSignatures();
    }
    return { claims, unreadable: text !== '' && !startsWithStatement(text) };
  }

  /**
   * Who wrote a file that was read.
   * @param claims - of `claims`
   * @param options.content - what age gives back of the file; undefined where that is not known (yet)
   */
  async author(
    file: string,
    bytes: Buffer,
    claims: readonly Signed[],
    { content, signal }: Abortable & { content?: Buffer } = {},
  ): Promise<Author> {
    const cutOver = await this.#readCutOver({ signal });
    if (claims.length === 0 && cutOver === undefined) {
      return NOBODY;
    }
    const sha256 = sha256Of(bytes);
    const inner = content === undefined ? undefined : sha256Of(content);
    const signers = claims
      .filter((claim) => claim.sha256 === sha256 || (inner !== undefined && claim.content === inner))
      .map(({ signer }) => signer);
    if (cutOver?.files.get(file) === sha256) {
      append(signers, cutOver.signers);
    }
    const trusted = await this.#trustedOf(signers, { signal });
    if (trusted !== undefined) {
      return { signer: trusted, trusted: true, mismatch: false };
    }
    const [signer] = signers;
    const isOther = signer === undefined && claims.length > 0;
    const mismatch = isOther || (await this.isClaimed(file, claims, { signal }));
    return { ...compact({ signer }), trusted: false, mismatch };
  }

  /** An author who was found earlier, by the keys that are trusted now. */
  async reconsider(author: Author, calls: Abortable): Promise<Author> {
    await this.keys.read(calls);
    return { ...author, trusted: author.signer !== undefined && this.keys.trusted.has(author.signer) };
  }

  /** Whether a trusted key says anything about the file: without reading the file itself. */
  async isClaimed(file: string, claims: readonly Signed[], calls: Abortable): Promise<boolean> {
    const cutOver = await this.#readCutOver(calls);
    const listed = cutOver?.files.has(file) === true ? cutOver.signers : [];
    return (await this.#trustedOf([...claims.map(({ signer }) => signer), ...listed], calls)) !== undefined;
  }

  /**
   * Whether anything may go on from what this author wrote: reuse it, count it, copy it as signed, open it, write under
   * its key. Only what a trusted key signed.
   */
  counts({ trusted }: Author): boolean {
    return trusted;
  }

  /**
   * Whether what this author wrote is shown to someone who asks for the latest, or for all: what counts, and where no
   * key is trusted yet what anyone signed, unless a person removed the key, or what is there where nothing is signed.
   */
  shows({ trusted, signer }: Author): boolean {
    const isSigned = this.standing === 'first-contact' && signer !== undefined && !this.keys.isRemoved(signer);
    return trusted || this.standing === 'unsigned' || isSigned;
  }

  /** Fingerprints of the keys that are trusted now, also if a person trusted one in another process since. */
  async trustedNow(calls: Abortable): Promise<ReadonlySet<string>> {
    if (await this.keys.followState(calls)) {
      this.#forgetCutOver();
    }
    return this.keys.trusted;
  }

  /** A summary as it counts here: neither what its signer is worth nor what time it is is kept in any index. */
  judge(summary: SnapshotSummary): SnapshotSummary {
    const { foreign: _, future: _future, ...rest } = summary;
    const trusted = summary.signer !== undefined && this.keys.trusted.has(summary.signer);
    return { ...rest, ...this.signature({ ...NOBODY, ...compact({ signer: summary.signer }), trusted }) };
  }

  /** A summary from an index as it is shown when the snapshot's signature has been removed since. */
  withoutSignature({ signer: _, ...summary }: SnapshotSummary): SnapshotSummary {
    return { ...summary, ...this.signature(NOBODY) };
  }

  /** What every answer says of a snapshot that it shows. */
  signature(author: Author): SnapshotSignature {
    const signed = this.counts(author);
    return { signed, ...compact({ signer: author.signer }), ...(signed ? {} : { foreign: true as const }) };
  }

  /**
   * Takes note that somebody signs here. Since this was opened, another replica may have made the first key, and a
   * person may have trusted the key of someone.
   */
  async meet(summaries: readonly SnapshotSummary[], calls: Abortable): Promise<void> {
    const signers = new Set(summaries.flatMap(({ signer }) => (signer === undefined ? [] : [signer])));
    if (signers.size > 0) {
      this.keys.noteSignatures();
    }
    if (this.own === undefined) {
      await this.#trustedOf([...signers], calls);
    } else if ([...signers].some((signer) => !this.keys.trusted.has(signer)) && (await this.keys.followState(calls))) {
      this.#forgetCutOver();
    }
  }

  /** The signer of a text that carries its own statement; undefined when it has none that is right. */
  signerOf(file: string, text: string, statement: string): string | undefined {
    const sha256 = sha256Of(text);
    const claims = claimsIn(statement, this.keys.repository, file).filter((claim) => claim.sha256 === sha256);
    return (claims.find(({ signer }) => this.keys.trusted.has(signer)) ?? claims[0])?.signer;
  }

  async #trustedOf(signers: readonly string[], calls: Abortable): Promise<string | undefined> {
    const isTrusted = (signer: string): boolean => this.keys.trusted.has(signer);
    if (signers.length > 0 && !signers.some(isTrusted) && (await this.keys.refresh(calls))) {
      this.#forgetCutOver();
    }
    return signers.find(isTrusted);
  }

  #forgetCutOver(): void {
    this.#cutOver = this.keys.holds(CUT_OVER_KEY) ? undefined : Promise.resolve(undefined);
  }

  #readCutOver(calls: Abortable): Promise<{ files: CutOver; signers: string[] } | undefined> {
    return (this.#cutOver ??= this.#loadCutOver(calls).catch((error: unknown) => {
      this.#cutOver = undefined;
      throw error;
    }));
  }

  async #loadCutOver(calls: Abortable): Promise<{ files: CutOver; signers: string[] } | undefined> {
    const bytes = await readCutOver(this.#store, calls);
    if (bytes === undefined) {
      return undefined;
    }
    const sha256 = sha256Of(bytes);
    const claims = (await this.claims(CUT_OVER_KEY, calls)).filter((claim) => claim.sha256 === sha256);
    return { files: parseCutOver(bytes), signers: claims.map(({ signer }) => signer) };
  }
}
