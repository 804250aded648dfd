#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
#
# make bench: load test against a private PostgreSQL cluster, one Markdown table; also in build/bench.md.
# The databases are generated once and kept.
#
#   DIR             where the cluster lies                          var/bench
#   BENCH_MATTERS   sizes of the databases, in matters              "10000 1000000"
#   BENCH_SECONDS   measured seconds of each run                    5
#   BENCH_ONLY      only scenarios whose name holds this text       all
#
# OUT (folder of the programs) and PYTHON come from the Makefile.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C.UTF-8
OUT=${OUT:-build/release}
export OUT
mkdir -p "$OUT/tests/bench"
# shellcheck disable=SC2046 # flags are a list
${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -O2 -o "$OUT/tests/bench/load" tests/bench/load.c \
	$(pkg-config --cflags --libs openssl)
exec "${PYTHON:-/usr/bin/python3}" -B tests/bench/bench.py
