#!/bin/sh
# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# Start a verb with a Python that fits. On a machine without one, apt installs it:
# the only thing that is ever installed outside the sandbox.
set -eu
cd "$(dirname "$0")/.."

fits() {
    "$1" -c 'import ensurepip, sys, venv
sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

start() {
    # The distribution's own first: it stays when a version manager is switched.
    for python in /usr/bin/python3 python3; do
        if fits "$python"; then
            exec "$python" -m sandbox "$@"
        fi
    done
}

start "$@"

install="apt-get install -y --no-install-recommends python3 python3-venv"
if ! command -v apt-get >/dev/null; then
    echo "error: Python 3.11 with venv is needed" >&2
    exit 1
elif [ "$(id -u)" = 0 ]; then
    become=
elif command -v sudo >/dev/null; then
    become=sudo
else
    echo "error: Python 3.11 with venv is needed; as root: $install" >&2
    exit 1
fi
echo "installing python3 and python3-venv"
$become apt-get update -q >/dev/null
$become env DEBIAN_FRONTEND=noninteractive $install >/dev/null
start "$@"
echo "error: Python 3.11 with venv is needed; Debian 12 has it" >&2
exit 1
