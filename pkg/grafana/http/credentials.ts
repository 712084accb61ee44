/** Where the Authorization header comes from. Values are never logged. */
export interface CredentialSource {
  readonly kind: 'token' | 'basic';
  /** The variable that gives a token, for messages; undefined for one that no variable gives. */
  readonly variable?: string;
  authorization(): Promise<string>;
  /** Reads the secret again (a rotated token, a changed password file). Returns whether it is another one now. */
  refresh(): Promise<boolean>;
}

/** A secret that may change while we run: read at first use, and again when Grafana refuses it. */
export type SecretReader = () => Promise<string>;

/** A service-account token, for ever bound to one org. @param variable - that gives it, for messages */
export function tokenCredentials(read: SecretReader, variable?: string): CredentialSource {
  const source = cached('token', async () => `Bearer ${(await read()).trim()}`);
  return variable === undefined ? source : { ...source, variable };
}

/** The tokens that a deployment gives for further organizations, by organization. */
export function orgTokenCredentials(tokens: ReadonlyMap<number, SecretReader>): Map<number, CredentialSource> {
  return new Map([...tokens].map(([org, read]) => [org, tokenCredentials(read, orgTokenVariable(org))]));
}

/** The variable that gives the token of a further organization. */
export function orgTokenVariable(org: number): string {
  return `GRAFANA_API_TOKEN_ORG_${org}`;
}

/** A user's name and password; the org is chosen per request. */
export function basicCredentials(readUser: SecretReader, readPassword: SecretReader): CredentialSource {
  return cached('basic', async () => {
    const [user, password] = await Promise.all([readUser(), readPassword()]);
    return `Basic ${Buffer.from(`${user.trim()}:${trimNewline(password)}`).toString('base64')}`;
  });
}

/** Files end with a newline that belongs to nobody's password; other white space may. */
function trimNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}

function cached(kind: 'token' | 'basic', build: () => Promise<string>): CredentialSource {
  let current: Promise<string> | undefined;
  const read = (): Promise<string> => {
    const reading = build();
    current = reading;
    // A file that is missing now may be there the next time.
    reading.catch(() => {
      if (current === reading) {
        current = undefined;
      }
    });
    return reading;
  };
  return {
    kind,
    authorization() {
      return current ?? read();
    },
    async refresh() {
      const before = await current?.catch(() => undefined);
      return (await read()) !== before;
    },
  };
}
