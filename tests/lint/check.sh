#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
#
# make lint: what a command can see without judgement. One line a finding, `file:line:
# reason`; silent and 0 when there is none. CC and CFLAGS come from the Makefile.
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
lint=tests/lint
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
findings=$work/findings
: >"$findings"

say() {
	cat >>"$findings"
}

c_files() {
	find lib cmd -name node_modules -prune -o -name '*.[ch]' -print | sort
}

scripts() {
	find .ci cmd tests docs -name node_modules -prune -o -type f -print | sort | while read -r f; do
		case $f in
		*.sh) echo "$f" ;;
		*) head -n 1 "$f" | grep -Eq '^#!.*[/ ](sh|bash)$' && echo "$f" ;;
		esac
	done
}

# Everything a person wrote; not what a tool made and not data.
written() {
	find . \( -path ./build -o -path ./var -o -path ./.git -o -name node_modules \
		-o -name __pycache__ -o -name dist \) -prune \
		-o -type f -print | sed 's|^\./||' | sort
}

# Comments and quotes away, for what looks at code only.
stripped() {
	c_files | while read -r f; do
		awk -f "$lint/strip.awk" "$f" | awk -v f="$f" '{ print f ":" NR ":" $0 }'
	done >"$work/code"
}

check_includes() {
	grep -E '^[^:]*:[0-9]+:[ \t]*#[ \t]*include' "$work/code" |
		awk -v rules="$lint/layers.txt" -f "$lint/includes.awk" "$lint/layers.txt" - | say
}

check_banned() {
	grep -Ev '^(#|$)' "$lint/banned.txt" | while read -r name where instead; do
		grep -E "^[^:]*:[0-9]+:(.*[^A-Za-z0-9_])?${name}[ \t]*\(" "$work/code" |
			while IFS=: read -r file number _; do
				[ "$where" != - ] && [ "${file#"$where"/}" != "$file" ] && continue
				echo "$file:$number: $name is banned; use $instead"
			done
	done | say
}

# A file holds one idea. 700 lines is where one asks; 1000 is too many.
check_length() {
	written | grep -E '\.(c|h|sh|py|sql|awk|ts|vue)$' | while read -r f; do
		n=$(wc -l <"$f")
		[ "$n" -le 1000 ] || echo "$f:1000: $n lines; the limit is 1000"
	done | say
}

check_headers() {
	find lib cmd -name node_modules -prune -o -name '*.h' -print | sort | while read -r h; do
		# shellcheck disable=SC2086 # CFLAGS is a list
		${CC:-cc} ${CFLAGS:-} -fsyntax-only -x c -include "$h" /dev/null >"$work/cc" 2>&1 ||
			{ echo "$h:1: does not compile alone:" && head -n 5 "$work/cc"; }
	done | say
}

check_scripts() {
	command -v shellcheck >/dev/null || {
		echo 'lint: shellcheck is missing ("make deps" installs it)' | say
		return
	}
	scripts | xargs -r shellcheck -S warning -f gcc | say
}

# Brackets keep the patterns from finding themselves.
check_paths() {
	written | xargs -r grep -nIE \
		'(^|[^A-Za-z0-9_.<-])/([h]ome/[a-z]|[r]oot/|[w]ork/|[U]sers/[a-z])' |
		sed -E 's/^([^:]*:[0-9]+):.*/\1: path of a machine/' | say
}

# A global of ours with the name of one in a library we link would replace it there.
check_symbols() {
	set -- build/*/lib*.a
	[ -e "$1" ] || return
	nm -g --defined-only "$@" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u >"$work/ours"
	for library in event event_openssl pq cjson inih utf8proc ssl crypto curl; do
		path=$(${CC:-cc} -print-file-name="lib$library.so")
		[ -e "$path" ] || continue
		nm -D --defined-only "$path" | awk '{ sub(/@.*/, "", $3); print $3 }' | sort -u |
			comm -12 "$work/ours" - |
			sed "s|.*|build: symbol & is also in lib$library|"
	done | say
}

check_spdx() {
	written | grep -E '\.(c|h|sh|py|awk|sql)$|(^|/)Makefile$' | while read -r f; do
		case $f in *.sql) continue ;; esac
		head -n 3 "$f" | grep -q 'SPDX-License-Identifier: MulanPSL-2.0' ||
			echo "$f:1: no SPDX line"
	done | say
}

stripped
check_includes
check_banned
check_length
check_headers
check_scripts
check_paths
check_symbols
check_spdx

[ ! -s "$findings" ] || {
	cat "$findings"
	echo "lint: $(wc -l <"$findings") lines of findings" >&2
	exit 1
}
