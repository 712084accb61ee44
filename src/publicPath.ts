import amd from 'amd-module';

/*
 * Imported first by module.tsx: chunks are fetched from beside the module, wherever Grafana (or its CDN) serves it.
 * `amd-module` is the loader's own `module` dependency.
 */
declare let __webpack_public_path__: string;

const uri = amd?.uri ?? '';
if (uri !== '') {
  __webpack_public_path__ = uri.slice(0, uri.lastIndexOf('/') + 1);
}
