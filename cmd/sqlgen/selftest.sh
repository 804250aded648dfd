#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
#
# selftest.sh SQLGEN: feeds small inputs to sqlgen and compares what comes out.
# Silent on success but for the last line, `N passed, N failed`.
set -eu
sqlgen=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0
failed=0

pass() { passed=$((passed + 1)); }
fail() {
	failed=$((failed + 1))
	printf 'sqlgen: %s\n' "$1" >&2
}

# refuses WHAT MESSAGE: standard input must be refused with exactly this message.
refuses() {
	cat >"$dir/bad.sql"
	if out=$(cd "$dir" && "$sqlgen" check bad.sql 2>&1); then
		fail "$1: accepted"
	elif [ "$out" != "bad.sql:$2" ]; then
		fail "$1: said \"$out\", expected \"bad.sql:$2\""
	else
		pass
	fi
}

# gives WHAT TEXT: the C literal of the statement made from standard input.
gives() {
	cat >"$dir/good.sql"
	if ! (cd "$dir" && "$sqlgen" queries out good.sql) 2>"$dir/log"; then
		fail "$1: $(cat "$dir/log")"
	elif ! grep -qF "$2" "$dir/out.c"; then
		fail "$1: no $2 in $(cat "$dir/out.c")"
	elif ! "${CC:-cc}" -Wall -Wextra -Werror -fsyntax-only "$dir/out.c"; then
		fail "$1: the C does not compile"
	else
		pass
	fi
}

gives 'plain statement' '"SELECT id FROM t WHERE id = $1::bigint",' <<'X'
-- A file may begin with prose.
-- name: thing_get  :one
-- in:   id bigint
-- out:  id bigint
-- Prose: in the middle, with ; and $9.
SELECT id FROM t WHERE id = $1::bigint;
X
gives 'repeated parameters' '1 },' <<'X'
-- name: a :many
-- in: a text
-- out: a text
SELECT $1::text WHERE $1::text IS NOT NULL;
X
gives 'quotes hide dollars and semicolons' 'E'"'"'\\'"'"';$4'"'"', $tag$;$5$tag$, \"$6;\"' <<'X'
-- name: a :many
SELECT '$2;''', E'\';$4', $tag$;$5$tag$, "$6;" FROM t;
X
gives 'comments are dropped' '"SELECT 1,\n"' <<'X'
-- name: a :one
SELECT 1, -- the first; $7
       -- a line of its own
       /* $8 ; /* nested */ */ 2;
X
gives 'lists over several lines' '"a bigint, b numeric(10,2), c text",' <<'X'
-- name: a :exec
-- in: a bigint,
--     b numeric(10,2)
-- in: c text
UPDATE t SET b = $2, c = $3 WHERE a = $1;
X
gives 'no statements' 'queries[QUERY_COUNT] = {' </dev/null

refuses 'missing semicolon' '1: statement "a" has no ;' <<'X'
-- name: a :one
SELECT 1
X
refuses 'next name before the semicolon' '3: statement "a" of line 1 has no ;' <<'X'
-- name: a :one
SELECT 1
-- name: b :one
SELECT 2;
X
refuses 'SQL without a name' '3: SQL without a `-- name:` line above it' <<'X'
-- name: a :one
SELECT 1;
SELECT 2;
X
refuses 'same name twice' '3: statement "a" is already at bad.sql:1' <<'X'
-- name: a :one
SELECT 1;
-- name: a :one
SELECT 2;
X
refuses 'bad name' '1: "Case-get :one" is no statement name: lower-case letters, digits and _, at most 60' <<'X'
-- name: Case-get :one
SELECT 1;
X
refuses 'bad cardinality' '1: after the name comes :one, :optional, :many or :exec, not ":some"' <<'X'
-- name: a :some
SELECT 1;
X
refuses 'gap in the parameters' '1: statement "a" uses $3 but not $2' <<'X'
-- name: a :one
-- in: x int, y int, z int
SELECT $1, $3;
X
refuses 'list and use differ' '2: statement "a" uses 1 parameters, `in:` lists 2' <<'X'

-- name: a :one
-- in: x int, y int
SELECT $1;
X
refuses 'list without types' '1: statement "a": item 1 of `in:` is not "name type"' <<'X'
-- name: a :one
-- in: x
SELECT $1;
X
refuses 'quote without end' '3: quote without end' <<'X'
-- name: a :one
SELECT 1,
'abc;
X
refuses 'name without SQL' '1: statement "a" has no SQL' <<'X'
-- name: a :one
X

mkdir "$dir/law"
printf 'a,"b"\n1,\\\t中\r\n' >"$dir/law/x.csv"
if "$sqlgen" files "$dir/files" "$dir/law/x.csv" &&
	printf '%s\n' '#include "files.c"' '#include <string.h>' \
		'int main(void) { const struct schema_file *f = schema_files;' \
		'const char *want = "a,\"b\"\n1,\\\t\xe4\xb8\xad\r\n";' \
		'return !(schema_file_count == 1 && !schema_files[1].dir && f->size == strlen(want) &&' \
		'!strcmp(f->text, want) && !strcmp(f->dir, "law") && !strcmp(f->name, "x.csv")); }' \
		>"$dir/main.c" &&
	"${CC:-cc}" -Wall -Wextra -Werror -o "$dir/main" "$dir/main.c" && "$dir/main"; then
	pass
else
	fail 'embedded file differs'
fi

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
