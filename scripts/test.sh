#!/bin/sh
# Run all tests: those with workers, then those with a browser, in processes of their own beside all others,
# since many of them wait. With arguments: one pytest, for those only.
#
#     sh scripts/test.sh .venv/bin/python [ARGUMENTS OF PYTEST]
set -u
python=$1
shift
[ $# -gt 0 ] && exec "$python" -m pytest "$@"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$python" -m pytest -m "not workers and not browser" -p no:cacheprovider > "$log" 2>&1 &
others=$!
failed=0
"$python" -m pytest -m "workers and not browser" || failed=1
"$python" -m pytest -m browser -p no:cacheprovider || failed=1
wait "$others" || failed=1
cat "$log"
exit "$failed"
