#!/bin/sh
# How large the binary is, and whether it is what it promises: static, no loader, no TLS.
#
#   tools/size.sh BINARY
#
# Exit code 1 when the file is above the budget, or a promise is broken.
set -eu

budget=$((120 * 1024)) # bytes of the stripped release binary
binary=${1:?usage: tools/size.sh BINARY}

bytes=$(wc -c <"$binary")
readelf -SW "$binary" | awk '
    BEGIN { print "section            bytes" }
    /^ *\[ *[0-9]+\] \./ {
        sub(/^ *\[ *[0-9]+\] /, "")
        if ($1 == ".bss") { memory = number("0x" $5); next }
        printf "%-16s %7d\n", $1, number("0x" $5)
    }
    END { printf "%-16s %7d  in memory only, and only what is touched\n", ".bss", memory }
    # What gawk alone has as strtonum.
    function number(hex,  i, n) {
        n = 0
        for (i = 3; i <= length(hex); i++)
            n = n * 16 + index("0123456789abcdef", tolower(substr(hex, i, 1))) - 1
        return n
    }'
printf '%-16s %7d  of %d (120 KiB): ' file "$bytes" "$budget"
failures=0
if [ "$bytes" -le "$budget" ]; then
    echo "$((budget - bytes)) left"
else
    echo "TOO LARGE by $((bytes - budget))"
    failures=1
fi

# promise NAME COMMAND…: the command prints nothing when it holds.
promise() {
    name=$1
    shift
    if [ -z "$("$@")" ]; then
        echo "ok      $name"
    else
        echo "BROKEN  $name"
        failures=$((failures + 1))
    fi
}
headers() { readelf -lW "$binary" | awk -v kind="$1" '$1 == kind'; }
promise 'no loader (PT_INTERP)' headers INTERP
promise 'nothing dynamic (PT_DYNAMIC)' headers DYNAMIC
promise 'no thread-local storage (PT_TLS)' headers TLS
[ "$failures" = 0 ]
