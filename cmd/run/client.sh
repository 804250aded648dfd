# SPDX-License-Identifier: MulanPSL-2.0
# shellcheck shell=bash disable=SC2154
#
# Sourced by handoffs.sh and reports.sh: the client under the accounts of the demonstration. Wants $bin, $server, $accounts.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# by ACCOUNT ARGUMENTS...: the client, logged in once for each account.
by() {
	local account=$1 log
	shift
	if [ ! -d "$work/$account" ]; then
		mkdir -m 0700 "$work/$account"
		awk -F '\t' -v a="$account" '$2 == a { print $3 }' "$accounts" >"$work/$account/password"
		XDG_CONFIG_HOME=$work/$account "$bin/ipcase" --server "$server" --account "$account" \
			--password-file "$work/$account/password" login >"$work/$account/log" 2>&1 ||
			die "$account cannot log in: $(cat "$work/$account/log")"
	fi
	log=$(XDG_CONFIG_HOME=$work/$account "$bin/ipcase" --server "$server" "$@" 2>&1) || die "$account: $* : $log"
	printf '%s\n' "$log"
}
