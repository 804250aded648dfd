#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
#
# reports.sh BIN SERVER ACCOUNTS: what the county reported of the time before: the figures of its drives for the last
# quarter, which no case tells, and the audit of the last month, submitted. run.sh calls it once, at the first run.
# One station has entered nothing, so the form shows who is missing.
set -euo pipefail

bin=$1 server=$2 accounts=$3
export LC_ALL=C.UTF-8
# shellcheck source=cmd/run/client.sh
. "$(dirname "$0")/client.sh"

first=$(TZ=Asia/Shanghai date +%Y-%m-01)
month=$(date -d "$first -1 month" +%Y-%m)
year=$(date -d "$first" +%Y) quarter=$((($(date -d "$first" +%-m) - 1) / 3))
[ "$quarter" -gt 0 ] || { year=$((year - 1)) quarter=4; }

by clerk forms enter ip-enforcement "$year-Q$quarter" 512022-market-brigade \
	drives=9 staff=64 market-drives=5 market-staff=38 key-markets=3 >/dev/null
by officer2 forms enter ip-enforcement "$year-Q$quarter" 512022-market-tianchi \
	drives=4 staff=17 market-drives=2 market-staff=9 key-markets=1 >/dev/null
by clerk forms enter chunlei "$month" 512022-market-brigade \
	staff=22 vehicles=6 inspected=84 markets=5 sites=12 complaints=7 joint=1 guidance=3 corrected=4 >/dev/null
by principal audit submit "$month" >/dev/null
