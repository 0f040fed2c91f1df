# Finds a Python and fills virtual environments; read by the other scripts of this folder.

deploy=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
project=$(dirname -- "$deploy")

# Only these are built here; anything else without a wheel would ask for a compiler, and is refused.
without_wheel=bagit,pairtree

say() { printf '%s\n' "$@"; }

give_up() {
    printf '%s\n' "$@" >&2
    exit 2
}

# Prints the Python to use: $PYTHON if it is set, else the first one of the right version.
find_python() {
    without_venv=
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
            2> /dev/null || continue
        if "$candidate" -c 'import venv, ensurepip' 2> /dev/null; then
            command -v "$candidate"
            return
        fi
        without_venv=${without_venv:-$candidate}
    done
    if [ -n "$without_venv" ]; then
        version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        give_up "$without_venv cannot make virtual environments; as root:" \
            "    apt-get install python3-venv     (or python$version-venv)"
    fi
    give_up "Python 3.11, 3.12 or 3.13 is needed, and none of ${PYTHON:-python3 python3.13 python3.12 python3.11} is one." \
        "On Debian 12 or Ubuntu 24.04 and later, as root:" \
        "    apt-get install python3 python3-venv"
}

# make_venv FOLDER REQUIREMENTS: a virtual environment with exactly what is locked. It is made anew
# when the lock or the Python changed, and left alone otherwise.
make_venv() {
    python=$(find_python)
    key="$("$python" -c 'import sys; print(sys.version, sys.executable)') $(cksum < "$2")"
    if [ -f "$1/.locked" ] && [ "$(cat "$1/.locked")" = "$key" ]; then
        return
    fi
    say "Installing what $(basename "$2") locks into $1 (some minutes the first time)"
    rm -rf "$1"
    "$python" -m venv "$1"
    # As a constraint too: else pip takes the newest of what is wanted with an extra.
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: --no-binary "$without_wheel" \
        --require-hashes --requirement "$2" --constraint "$2"
    say "$key" > "$1/.locked"
}

# The environment of tests and benchmarks, .venv of the checkout, in which the project is editable.
make_test_venv() {
    venv=$project/.venv
    make_venv "$venv" "$deploy/requirements-test.txt"
    # Again whenever pyproject.toml changed: the commands and the version stand there.
    if [ ! "$venv/.installed" -nt "$project/pyproject.toml" ]; then
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
            --no-index --no-build-isolation --editable "$project"
        touch "$venv/.installed"
    fi
}
