#!/usr/bin/env bash
# Parley with nothing but curl: parley.sh list | add <email> | watch [cursor]
set -eu
url=${PARLEY_URL:-http://127.0.0.1:8000/graphql}
# The token goes in by a file descriptor, so that the list of processes does not show it.
ask() { curl -sS --config <(printf 'header = "Authorization: Bearer %s"\n' "${PARLEY_TOKEN:-}") "$@"; }

# A query as GET: the header tells Parley that no other site made a browser send it.
list() {
  ask -G "$url" -H 'GraphQL-Require-Preflight: 1' -H 'Accept: application/graphql-response+json' \
    --data-urlencode 'query=query Contacts($first: PageSize!) { contacts(first: $first) { totalCount nodes { email deals { totalCount } } } }' \
    --data-urlencode 'variables={"first": 20}'
}

# A mutation as POST; with this media type the status tells what was refused, see docs/errors.md.
add() {
  ask "$url" -H 'Content-Type: application/json' -H 'Accept: application/graphql-response+json' -d '{
    "query": "mutation AddContact($input: CreateContactInput!) { createContact(input: $input) { contact { id email } } }",
    "variables": {"input": {"email": "'"$1"'"}}
  }'
}

# A subscription as server-sent events. Each has a cursor as its id; sent back as Last-Event-ID it resumes behind that event.
watch() {
  local line last=${1:-}
  while true; do
    while IFS= read -r line || [ -n "$line" ]; do
      case $line in
        'id: '*) last=${line#id: } ;;
        'data: {}') ;; # comes with `event: complete`
        'data: '*) printf '%s\n' "${line#data: }" ;;
        '{'*) printf '%s\n' "$line" && return 1 ;; # no stream: the request was refused
      esac
    done < <(
      ask -N "$url" -H 'Content-Type: application/json' -H 'Accept: text/event-stream' ${last:+-H "Last-Event-ID: $last"} -d '{
        "query": "subscription ContactChanges { contactChanged { cursor type id contact { email firstName } } }"
      }' 2>/dev/null
    )
    sleep 1
  done
}

case ${1:-} in
  list) list ;;
  add) add "${2:?an e-mail address}" ;;
  watch) watch "${2:-}" ;;
  *) sed -n '2s/^# //p' "$0" && exit 1 ;;
esac
