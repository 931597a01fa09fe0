#!/bin/sh
# What a verdict costs beside a bare gRPC echo of the same messages: builds both, runs them in turn, prints a table.
#
#   benches/load.sh              100,000 orders, 5 s for each measurement, 3 pairs: about 6 minutes
#   benches/load.sh --full       a million accounts
#   benches/load.sh --help       every option
#
# Linux only. With h2load (Debian: nghttp2-client) the client is compared with it.
set -eu
cd "$(dirname "$0")/.."
if command -v h2load >/dev/null; then
    set -- --h2load "$@"
fi
exec cargo bench --bench load -- "$@"
