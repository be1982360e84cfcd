#!/bin/sh
# Make a virtual environment and install requirements into it: venv.sh FOLDER REQUIREMENTS
set -eu
folder=$1
requirements=$2
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
"$folder/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"
