#!/bin/sh
# Takes the command line and the environment of SeaweedFS's image (`mini -dir=/data`), and starts versitygw with them.
set -eu
[ "${1:-}" = mini ] || { echo "this stand-in knows the command mini only, not: $*" >&2; exit 2; }
shift
directory=/data
for argument; do
  case $argument in
    -dir=*) directory=${argument#-dir=} ;;
    *) echo "this stand-in knows no $argument" >&2; exit 2 ;;
  esac
done
mkdir -p "$directory/$S3_BUCKET"
exec versitygw --access "$AWS_ACCESS_KEY_ID" --secret "$AWS_SECRET_ACCESS_KEY" --port :8333 --region us-east-1 posix "$directory"
