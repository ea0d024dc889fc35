#!/bin/sh
# What `make run` does: starts the appliance of rootfs/nsinit.toml, and looks what comes home.
#
#   tools/demo.sh FOLDER    the folder that holds nsinit and nsinit-demo
#
# Exit code 0: the demo went as it should, which means that nsinit ended with the demo's own 7.
set -eu

want=7
cd "$(dirname "$0")/.."
PATH=$(cd "$1" && pwd):$PATH
export PATH

echo '$ nsinit run rootfs/nsinit.toml'
# The same program looks around outside first, so that it can show both sides.
code=0
NSINIT_DEMO_OUTSIDE=$(nsinit-demo facts) nsinit run rootfs/nsinit.toml || code=$?

if [ "$code" != "$want" ]; then
    echo "exit code $code came home, and not the $want that \"test\" ends with" >&2
    exit 1
fi
echo "exit code $code came home: what \"test\" ended with is what nsinit ended with. All is well."
