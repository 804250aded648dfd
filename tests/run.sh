#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
#
# make test: runs everything that `make build-tests` built, the Python suites and the browser's, each on a
# private PostgreSQL cluster. Silent about what is well. What failed is shown with the
# command that repeats it. The last line is always "N passed, N failed".
#
#   tests/run.sh         everything
#   tests/run.sh unit    the C programs and sqlgen only
#
# OUT (folder of the programs), SQLGEN and PYTHON come from the Makefile.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

OUT=${OUT:-build/release}
SQLGEN=${SQLGEN:-build/gen/sqlgen}
PYTHON=${PYTHON:-/usr/bin/python3}
only=${1:-all}
unit_limit=${UNIT_TIMEOUT:-120}
suite_limit=${SUITE_TIMEOUT:-1500}

# Nothing may hang on the caller's language or time zone. The unit tests run in UTC and
# again in a zone with summer time on the other side of the date line from Shanghai; the suites
# run in that one.
export LC_ALL=C.UTF-8 LANG=C.UTF-8
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:strict_string_checks=1:verify_asan_link_order=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:halt_on_error=1}
unset IPCASE_SERVER IPCASE_ACCOUNT IPCASE_PASSWORD IPCASE_DATABASE_URL
for variable in $(compgen -v PG); do
	case $variable in PG_BIN) ;; *) unset "$variable" ;; esac
done

logs=$OUT/test-logs
mkdir -p "$logs"
rm -f "$logs"/*
passed=0
failed=0

add() {
	passed=$((passed + $1))
	failed=$((failed + $2))
}

# Sum of "[  WORD  ] n test(s)" over the groups of a cmocka program.
cmocka_count() {
	sed -nE "s/^\[ +$1 +\] ([0-9]+) test\(s\).*/\1/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

# unit PROGRAM ZONE MODE: MODE "count" counts tests, "once" counts the program as one.
unit() {
	local program=$1 zone=$2 mode=$3 code=0 good bad
	local log
	log=$logs/$(basename "$program").${zone//\//-}.log
	TZ=$zone timeout -k 5 "$unit_limit" "$program" >"$log" 2>&1 </dev/null || code=$?
	good=$(cmocka_count PASSED "$log")
	bad=$(cmocka_count FAILED "$log")
	# Crashed, hung or never ran a test: cmocka could not count that.
	if [ "$bad" = 0 ] && { [ "$code" != 0 ] || [ "$good" = 0 ]; }; then
		bad=1
	fi
	if [ "$bad" != 0 ]; then
		echo "--- $program failed (exit code $code); again: TZ=$zone $program"
		grep -v '^\[ \(      OK\| RUN     \) \]' "$log" | tail -n 60
	fi
	if [ "$mode" = count ]; then
		add "$good" "$bad"
	elif [ "$bad" = 0 ]; then
		add 1 0
	else
		add 0 1
	fi
}

units() {
	local program
	for program in "$OUT"/tests/unit/test_* "$OUT"/tests/fault/test_*; do
		[ -x "$program" ] && [ -f "$program" ] || continue
		unit "$program" UTC count
		unit "$program" America/New_York once
	done
}

sqlgen_checks() {
	local log=$logs/sqlgen.log line
	cmd/sqlgen/selftest.sh "$SQLGEN" >"$log" 2>&1 || {
		echo "--- again: cmd/sqlgen/selftest.sh $SQLGEN"
		cat "$log"
	}
	line=$(tail -n 1 "$log")
	if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
		add "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
	else
		add 0 1
	fi
}

# "passed failed" from a JUnit file; a skipped test counts as neither.
junit_count() {
	"$PYTHON" - "$1" <<'X'
import sys
import xml.etree.ElementTree as tree
good = bad = 0
for suite in tree.parse(sys.argv[1]).getroot().iter("testsuite"):
    wrong = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
    good += int(suite.get("tests", 0)) - wrong - int(suite.get("skipped", 0))
    bad += wrong
print(good, bad)
X
}

# suite_run NAME PATH...: leaves the exit code in a file, so that it may run beside others.
suite_run() {
	local name=$1 code=0
	local log=$logs/$1.log xml=$logs/$1.xml
	shift
	printf '%s -m pytest -c tests/pytest.ini %s\n' "$PYTHON" "$*" >"$logs/$name.again"
	TZ=America/New_York OUT=$OUT timeout -s INT -k 60 "$suite_limit" \
		"$PYTHON" -B -m pytest -c tests/pytest.ini -q --tb=short --junitxml="$xml" \
		"$@" >"$log" 2>&1 </dev/null || code=$?
	echo "$code" >"$logs/$name.code"
}

# What the console computes by itself, and the console in a browser; see tests/console/playwright.config.ts.
console_run() {
	local code=0
	echo "(cd cmd/console && npm test)" >"$logs/vitest.again"
	(cd cmd/console && node_modules/.bin/vitest run --reporter=default --reporter=junit \
		--outputFile.junit="$OLDPWD/$logs/vitest.xml") >"$logs/vitest.log" 2>&1 </dev/null || code=$?
	echo "$code" >"$logs/vitest.code"
	code=0
	echo 'cmd/console/node_modules/.bin/playwright test -c tests/console' >"$logs/console.again"
	TZ=America/New_York OUT=$OUT timeout -s INT -k 60 "$suite_limit" \
		cmd/console/node_modules/.bin/playwright test -c tests/console >"$logs/console.log" 2>&1 </dev/null || code=$?
	echo "$code" >"$logs/console.code"
}

suite_report() {
	local name=$1 code counts
	local log=$logs/$name.log xml=$logs/$name.xml
	code=$(cat "$logs/$name.code")
	if [ "$code" != 0 ]; then
		echo "--- suite $name (exit code $code); again: OUT=$OUT $(cat "$logs/$name.again")"
		tail -n 200 "$log"
	else
		grep -h '^SKIPPED' "$log" || :
	fi
	if [ -s "$xml" ] && counts=$(junit_count "$xml"); then
		# shellcheck disable=SC2086 # two numbers
		add $counts
		# Failed without a failing test: pytest itself broke.
		[ "$code" = 0 ] || [ "${counts#* }" != 0 ] || add 0 1
	else
		add 0 1
	fi
}

units
sqlgen_checks
if [ "$only" != unit ]; then
	# Each has its own cluster and ports, and waits much of its time: three beside each other. The longest is two halves.
	halves=([0]='' [1]='')
	i=0
	for file in tests/integration/test_*.py; do
		halves[i]+="$file "
		i=$((1 - i))
	done
	# shellcheck disable=SC2086 # lists of files
	{
		suite_run integration-1 ${halves[0]} &
		suite_run integration-2 ${halves[1]} &
	}
	for name in sql protocol fault; do
		suite_run "$name" "tests/$name"
	done
	console_run
	wait
	for name in sql integration-1 integration-2 protocol fault vitest console; do
		suite_report "$name"
	done
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
