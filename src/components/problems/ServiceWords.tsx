/** What the service says in its own words. They are English, whatever the language of the page. */
export function ServiceWords({ children }: { children: string }) {
  return <span lang="en">{children}</span>;
}
