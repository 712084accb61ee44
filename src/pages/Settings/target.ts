import { S3_PRESETS, type S3Preset } from '../../../pkg/contract/api/presets.ts';
import type { TargetSettings } from '../../../pkg/contract/api/settings.ts';

/** A target's address in the parts that people type. */
export interface Place {
  sort: 's3' | 'file' | 'cloud';
  /** Bucket, directory, or the whole address of another cloud. */
  root: string;
  prefix: string;
}

export function parsePlace(url: string): Place {
  if (url.startsWith('file://')) {
    return { sort: 'file', root: url.slice('file://'.length), prefix: '' };
  }
  if (/^(azblob|gs):\/\//.test(url)) {
    return { sort: 'cloud', root: url, prefix: '' };
  }
  const [, root = '', prefix = ''] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(url) ?? [];
  return { sort: 's3', root, prefix };
}

export function formatPlace({ sort, root, prefix }: Place): string {
  if (root === '') {
    return '';
  }
  if (sort === 'file') {
    return `file://${root}`;
  }
  if (sort === 'cloud') {
    return root.trim();
  }
  const inside = prefix.replace(/^\/+|\/+$/g, '');
  return `s3://${root.trim()}${inside === '' ? '' : `/${inside}`}`;
}

/** The scheme of an address that is not typed yet. */
export const SCHEMES: Readonly<Record<Place['sort'], string>> = { s3: 's3://', file: 'file://', cloud: 'azblob://' };

export function presetOf(target: TargetSettings): S3Preset {
  return S3_PRESETS.find((preset) => preset.name === target.preset) ?? (S3_PRESETS[S3_PRESETS.length - 1] as S3Preset);
}

/** What changes when another provider is chosen: its endpoint, a region it has, its style. */
export function choosePreset(name: S3Preset['name'], region: string): Partial<TargetSettings> {
  const preset = S3_PRESETS.find((one) => one.name === name);
  if (preset === undefined) {
    return {};
  }
  const fits = preset.regions.length === 0 || preset.regions.includes(region);
  const chosen = fits ? region : (preset.regions[0] ?? '');
  return { preset: name, region: chosen, endpoint: endpointFor(preset, chosen), forcePathStyle: null };
}

/** `{account}` stays, for a person to fill in. */
export function endpointFor(preset: S3Preset, region: string): string {
  return preset.endpoint.replace('{region}', region);
}
