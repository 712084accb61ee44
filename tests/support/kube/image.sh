#!/usr/bin/env bash
# Makes images from layers, without an engine, and gives them to containerd.
#
#   image.sh DIRECTORY TAG CONFIGURATION LAYER.tar…   puts an image into DIRECTORY, as in an archive of `docker save`;
#                                                     the configuration as JSON: {"Entrypoint": …, "Env": …, "User": …}
#   image.sh DIRECTORY --import SOCKET                all of them, into the images of Kubernetes
set -euo pipefail

[ $# -ge 3 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
directory=$1
mkdir -p "$directory"

if [ "$2" = --import ]; then
  tar -C "$directory" --dereference -cf - . | ctr --address "$3" --namespace k8s.io images import -
  exit
fi

tag=$2
configuration=$3
shift 3
digests='[]'
for layer; do
  digest=$(sha256sum "$layer" | cut -d ' ' -f 1)
  digests=$(jq --arg digest "$digest" '. + [$digest]' <<< "$digests")
  ln -sf "$(realpath "$layer")" "$directory/$digest.tar"
done
name=$(printf %s "$tag" | tr -c '[:alnum:]' -).json
jq -n --argjson config "$configuration" --argjson digests "$digests" '{
  architecture: "amd64", os: "linux", config: $config, rootfs: {type: "layers", diff_ids: $digests | map("sha256:" + .)}
}' > "$directory/$name"
[ -e "$directory/manifest.json" ] || echo '[]' > "$directory/manifest.json"
jq --arg name "$name" --arg tag "$tag" --argjson digests "$digests" \
  '. + [{Config: $name, RepoTags: [$tag], Layers: $digests | map(. + ".tar")}]' "$directory/manifest.json" > "$directory/manifest.part"
mv "$directory/manifest.part" "$directory/manifest.json"
