#!/bin/sh
# Run all tests in two lanes beside each other, since many of them wait: workers, then TensorFlow, then the
# journeys in a browser that train; and plain ones, then the others with a browser. With arguments: one
# pytest, for those only.
#
#     sh scripts/test.sh .venv/bin/python [ARGUMENTS OF PYTEST]
set -u
python=$1
shift
[ $# -gt 0 ] && exec "$python" -m pytest "$@"

lane() {
    failed=0
    for group; do
        "$python" -m pytest -q -p no:cacheprovider -m "$group" || failed=1
    done
    return "$failed"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
lane "not tensorflow and not workers and not browser" "browser and not workers" > "$log" 2>&1 &
beside=$!
status=0
lane "workers and not browser" "tensorflow and not workers and not browser" "browser and workers" || status=1
wait "$beside" || status=1
cat "$log"
exit "$status"
