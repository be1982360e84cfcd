#!/bin/sh
# Run all tests in three lanes beside each other, since many of them wait: plain ones on all cores, then half of those
# with a browser; workers, then the other half; and TensorFlow. With arguments: one pytest, for those only.
#
# A test with a browser that failed beside the other lanes runs once more when they have ended, and that is said with
# its first report: a page's own seconds are no fault of it, a fault fails again. No other test has a second try.
#
#     sh scripts/test.sh .venv/bin/python [ARGUMENTS OF PYTEST]
set -u
python=$1
shift
[ $# -gt 0 ] && exec "$python" -m pytest "$@"

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
slowest="--durations=20 --durations-min=8"

# The test files that hold a mark, which conftest.py makes sure is written in them: a lane that imports them only
# starts five seconds earlier.
marked() {
    grep -rlE "mark\.$1\b" --include='test_*.py' "${2:-tests}"
}

tests() {
    "$python" -m pytest -q -p no:cacheprovider $slowest -m "$@" || touch "$logs/failed"
}

# What computes all the time, at the priority of a worker that trains, so that the lane with the workers gets its share.
computing() {
    nice -n 10 "$python" -m pytest -q -p no:cacheprovider $slowest -m "$@" || touch "$logs/failed"
}

browser_tests() { # NAME MARKS [ARGUMENTS]: those that fail stay in the cache NAME
    name=$1 marks=$2
    shift 2
    "$python" -m pytest -q -o cache_dir="$logs/$name" $slowest -m "$marks" "$@"
    case $? in
        0) ;;
        1) touch "$logs/$name.again" ;;
        *) touch "$logs/failed" ;; # nothing was collected, or pytest itself broke
    esac
}

{
    computing "not tensorflow and not workers and not browser" -n auto --dist loadscope
    browser_tests app "browser and not workers" $(marked browser tests/web/app)
} > "$logs/plain" 2>&1 &
{
    tests "workers and not browser" $(marked workers)
    browser_tests journeys "browser and workers" $(marked workers)
    browser_tests pages "browser and not workers" $(marked browser | grep -v ^tests/web/app/)
} > "$logs/workers" 2>&1 &
computing "tensorflow and not workers and not browser" -n 2 --dist loadfile $(marked tensorflow)
wait
cat "$logs/workers" "$logs/plain"
for name in app pages journeys; do
    [ -e "$logs/$name.again" ] || continue
    printf '\nTests with a browser failed, as reported above. They run once more, with nothing beside them:\n'
    "$python" -m pytest -q -o cache_dir="$logs/$name" --last-failed --last-failed-no-failures none -rA -m browser ||
        touch "$logs/failed"
done
[ ! -e "$logs/failed" ]
