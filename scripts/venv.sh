#!/bin/sh
# Make a virtual environment, install what requirements.lock names into it, and then more requirements if some
# are given: venv.sh FOLDER [REQUIREMENTS]
set -eu
folder=$1
requirements=${2:-}
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "CNN Lab needs Python 3.11 or newer; $python is $("$python" --version 2>&1). Try: make PYTHON=python3.12 …" >&2
    exit 1
fi
if [ ! -x "$folder/bin/pip" ]; then
    rm -rf "$folder"
    if ! "$python" -m venv "$folder" 2>/dev/null; then
        # Debian keeps venv in a package of its own.
        echo "Python's venv module is missing; trying to install Debian's python3-venv." >&2
        root=""
        [ "$(id -u)" = 0 ] || root="sudo"
        $root apt-get update -qq && $root apt-get install -y -qq python3-venv >/dev/null
        "$python" -m venv --clear "$folder"
    fi
fi

# uv links packages out of its cache instead of unpacking them: 4 s where pip takes minutes. Where it cannot be had, or
# cannot reach what pip is configured to reach (a mirror, a proxy), pip does the same.
python="$folder/bin/python"
install() {
    if "$python" -m uv --version >/dev/null 2>&1 || "$python" -m pip install --quiet uv 2>/dev/null; then
        "$python" -m uv pip install --quiet --python "$python" "$@" && return
        echo "uv could not install $*; trying pip." >&2
    fi
    "$python" -m pip install --quiet --disable-pip-version-check "$@"
}
# The lock's hashes are those of PyPI's files. A mirror that builds its own has others.
if ! install --require-hashes -r requirements.lock; then
    echo "requirements.lock cannot be installed here; taking the ranges of requirements.txt instead." >&2
    install -r requirements.txt
fi
[ -z "$requirements" ] || install -r "$requirements"
