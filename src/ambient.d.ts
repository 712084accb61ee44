declare module 'amd-module' {
  /** What the AMD loader knows about the module being loaded. */
  const amd: { uri?: string } | undefined;
  export default amd;
}
