#!/bin/bash
# The classic recipe: a list of dashboards, then one after the other read by curl and copied into the bucket.
# AWS names the program of the AWS command line; without it curl makes the copy, signed all the same.
set -u
auth="Authorization: Bearer $GRAFANA_API_TOKEN"
export AWS_DEFAULT_REGION="$AWS_REGION" AWS_REQUEST_CHECKSUM_CALCULATION=when_required

curl -s -H "$auth" "$GRAFANA_URL/api/search?query=&type=dash-db" | jq -r '.[].uid' > uids
while read -r uid; do
  file="dashboard-$uid.json"
  curl -s -H "$auth" "$GRAFANA_URL/api/dashboards/uid/$uid" > "$file"
  if [ -n "$AWS" ]; then
    "$AWS" s3 cp --only-show-errors --endpoint-url "$S3_URL" "$file" "s3://$BUCKET/grafana-backups/$file"
  else
    curl -s -o /dev/null --aws-sigv4 "aws:amz:$AWS_REGION:s3" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
      -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -T "$file" "$S3_URL/$BUCKET/grafana-backups/$file"
  fi
done < uids
