#!/bin/sh
# Run all tests in three lanes beside each other, since many of them wait: plain ones on all cores, then those
# with a browser; workers, then the journeys in a browser that train; and TensorFlow. With arguments: one
# pytest, for those only.
#
#     sh scripts/test.sh .venv/bin/python [ARGUMENTS OF PYTEST]
set -u
python=$1
shift
[ $# -gt 0 ] && exec "$python" -m pytest "$@"

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

tests() {
    "$python" -m pytest -q -p no:cacheprovider -m "$@" || touch "$logs/failed"
}

{
    tests "not tensorflow and not workers and not browser" -n auto --dist loadscope
    tests "browser and not workers"
} > "$logs/plain" 2>&1 &
{
    tests "workers and not browser"
    tests "browser and workers"
} > "$logs/workers" 2>&1 &
tests "tensorflow and not workers and not browser"
wait
cat "$logs/workers" "$logs/plain"
[ ! -e "$logs/failed" ]
