/** What the catalogue says about one error code. */
export interface ErrorKind {
  /**
   * Exit code of the command line (0 done, 1 failed, 2 usage, 3 partial, 4 integrity, 5 busy or unsafe for now, 130
   * interrupted).
   */
  exit: 1 | 2 | 3 | 4 | 5 | 130;
  /** HTTP status of the service's API. */
  status: number;
  /** The error's name on the app's pages. */
  title: string;
  /** What to do about it, for a person. */
  hint: string;
  /** The hint on the app's pages, where they word it differently. */
  page?: string;
}
