#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
#
# run.sh DIR PORT: the whole system for trying out, on this machine only. `make run` builds
# first and then calls this with BIN, the folder of the programs.
#
#   DIR/cluster       a private PostgreSQL (cluster.sh); data stay between runs
#   DIR/accounts.txt  demonstration accounts and passwords, made at the first run
#   DIR/ipcase.ini    configuration, written at each start
#   DIR/store         contents of materials
#   DIR/keys, DIR/ca  signing keys of the organs, and the authority that vouches for them
#   DIR/quarantine    what was refused at the door
#   DIR/store         contents of materials
#   DIR/ipcased.log   the daemon's log
#
# Stays in the foreground until Ctrl-C or SIGTERM; then stops the daemon and the server.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
bin=$(cd "${BIN:-$here/../../build/release}" && pwd -P)
export LC_ALL=C.UTF-8
unset IPCASE_DATABASE_URL

die() {
	printf 'run.sh: %s\n' "$*" >&2
	exit 1
}

[ $# = 2 ] || die 'usage: run.sh DIR PORT'
port=$2
case $port in
'' | *[!0-9]*) die "\"$port\" is no port" ;;
esac
for program in ipcased ipcasectl; do
	[ -x "$bin/$program" ] || die "$bin/$program is missing; run make"
done
# The browser console, if it was built.
console=$(cd "$bin/.." && pwd -P)/console
[ -f "$console/index.html" ] || console=none
mkdir -p "$1"
dir=$(cd "$1" && pwd -P)

# One at a time. The servers must not inherit the lock (9>&-): it would outlive us.
exec 9>"$dir/lock"
flock -n 9 || die "ipcase already runs in $dir"

cluster() {
	"$here/cluster.sh" "$1" "$dir" "${@:2}" 9>&-
}

started_cluster=
daemon=

finish() {
	local code=$?
	trap '' INT TERM HUP # once is enough
	trap - EXIT
	if [ -n "$daemon" ] && kill -TERM "$daemon" 2>/dev/null; then
		wait "$daemon" || :
	fi
	[ -z "$started_cluster" ] || cluster stop || :
	exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

cluster create
if ! cluster status; then
	started_cluster=1
	cluster start
fi

admin=$(cluster url)
owner=$(cluster url ipcase ipcase_owner)
ready_mark=$dir/cluster/home/demonstration-loaded

# Quiet unless it fails.
step() {
	local log
	log=$("$@" 2>&1 9>&-) || {
		printf '%s\n' "$log" >&2
		die "\"$(basename "$1") $2\" failed"
	}
}

# An interrupted first run is begun anew: its half of the demonstration helps nobody.
[ -e "$ready_mark" ] || psql -qX -d "$admin" -c 'DROP DATABASE IF EXISTS ipcase' 2>/dev/null

step "$bin/ipcasectl" setup --database "$admin" --name ipcase
step "$bin/ipcasectl" migrate --database "$owner"

write_ini() { # LISTEN FILE
	(umask 077 && mkdir -p "$dir/store" "$dir/quarantine" "$dir/keys")
	cat >"$2" <<X
; Written by run.sh at each start; changes here do not stay.
[http]
listen = $1
console = $console

[database]
url = $(cluster url ipcase ipcase_app)

[store]
dir = $dir/store

[exchange]
keys = $dir/keys
quarantine = $dir/quarantine
X
}

# Keys of the organs that this machine speaks for, from an authority of its own. The others answer on paper.
organ_keys() {
	local code name
	step "$bin/ipcasectl" key ca --dir "$dir/ca" --name 演示证书颁发机构
	while IFS=$'\t' read -r code name; do
		step "$bin/ipcasectl" key new "$code" --name "$name" --dir "$dir/keys"
		step "$bin/ipcasectl" key sign --dir "$dir/keys" --ca "$dir/ca" "$dir/keys/$code.csr"
		# What comes to the bureau is put where its clerk sits.
		case $code in
		*-market) step "$bin/ipcasectl" peer host --code "$code" --inbox "$code-brigade" --database "$owner" ;;
		*) step "$bin/ipcasectl" peer host --code "$code" --database "$owner" ;;
		esac
	done < <(psql -qXAt -F $'\t' -d "$owner" -c "SELECT code, name FROM ipcase.organ_peer
		WHERE code IN ('512022-market', '512022-police', '512022-procuratorate', '512022-court') ORDER BY code")
	(umask 077 && mkdir -p "$dir/keys/trust")
	cp "$dir/ca/ca.pem" "$dir/keys/trust/ca.pem"
}

# In a session of its own: Ctrl-C reaches only this script, which stops things in order.
start_daemon() { # CONFIG
	setsid "$bin/ipcased" --config "$1" 9>&- >>"$dir/ipcased.log" 2>&1 </dev/null &
	daemon=$!
}

# Hand-overs go through the exchange and reports through the client, so they need a daemon; it listens where nobody looks yet.
demo_online() {
	local place i
	place=$(mktemp -d)
	write_ini "unix:$place/socket" "$place/ipcase.ini"
	start_daemon "$place/ipcase.ini"
	for ((i = 0; i < 300; i++)); do
		[ ! -S "$place/socket" ] || break
		sleep 0.1
	done
	step "$here/handoffs.sh" "$bin" "unix:$place/socket" "$dir/accounts.txt"
	step "$here/reports.sh" "$bin" "unix:$place/socket" "$dir/accounts.txt"
	kill -TERM "$daemon"
	wait "$daemon" || :
	daemon=
	rm -rf "$place"
}

if [ ! -e "$ready_mark" ]; then
	echo 'First run: loading the demonstration ...'
	rm -rf "$dir/store" "$dir/keys" "$dir/ca" "$dir/quarantine"
	(umask 077 && : >"$dir/accounts.txt")
	step "$bin/ipcasectl" demo --database "$owner" --accounts "$dir/accounts.txt"
	organ_keys
	demo_online
	: >"$ready_mark"
fi

write_ini "127.0.0.1:$port" "$dir/ipcase.ini"
start_daemon "$dir/ipcase.ini"

answers() {
	local status
	{
		exec 8<>"/dev/tcp/127.0.0.1/$port" || return 1
		printf 'GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n\r\n' "$port" >&8
		read -r -t 2 status <&8 || status=
		exec 8>&-
	} 2>/dev/null
	[[ $status == *' 200 '* ]]
}

for ((i = 0; i < 300; i++)); do
	kill -0 "$daemon" 2>/dev/null || break
	! answers || break
	sleep 0.1
done
if ! kill -0 "$daemon" 2>/dev/null || ! answers; then
	tail -n 20 "$dir/ipcased.log" >&2
	die "the daemon did not come up; its log is $dir/ipcased.log"
fi

echo "ipcase:    http://127.0.0.1:$port/"
[ ! -s "$dir/accounts.txt" ] || echo "accounts:  $dir/accounts.txt"
echo "database:  psql '$(cluster url ipcase ipcase_auditor)'"
echo "log:       $dir/ipcased.log"
echo 'Ctrl-C stops it; the data stay.'

code=0
wait "$daemon" || code=$?
daemon=
tail -n 5 "$dir/ipcased.log" >&2
die "the daemon ended by itself with code $code; its log is $dir/ipcased.log"
