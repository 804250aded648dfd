#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
#
# cluster.sh COMMAND DIR: a private PostgreSQL cluster for `make run` and the tests.
#
#   create DIR    make the cluster, unless it is there
#   start DIR     start it, unless it runs; waits until it answers
#   stop DIR      stop it ("fast": open transactions are rolled back)
#   crash DIR     stop it as a power cut would ("immediate")
#   status DIR    exit 0 when it runs
#   url DIR [DATABASE [ROLE]]    conninfo of a database (postgres, as superuser postgres)
#   destroy DIR   stop it and remove everything create made
#
# No TCP. The Unix socket lies in a directory that only the server's user can enter, and
# whoever can enter it is trusted. PostgreSQL refuses to run as root: then the server runs
# as `postgres` (or `nobody`). When that user cannot enter DIR, or DIR is too long for a
# socket's name, the cluster moves to a short directory of its own; DIR/cluster/home is a link
# to wherever it is.
set -euo pipefail
umask 022 # what must be closed is closed by name below

PG_PORT=5432 # only part of the socket's name
SOCKET_PATH_MAX=107

die() {
	printf 'cluster.sh: %s\n' "$*" >&2
	exit 1
}

[ $# -ge 2 ] || {
	sed -n '/^# cluster.sh/,/^$/s/^#\( \|$\)//p' "$0" >&2
	exit 2
}
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd -P)
link=$dir/cluster/home

pg_bin() {
	local candidate
	for candidate in "${PG_BIN:-}" /usr/lib/postgresql/15/bin "$(pg_config --bindir 2>/dev/null || :)" \
		/usr/lib/postgresql/*/bin; do
		[ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ] && {
			echo "$candidate"
			return
		}
	done
	die 'PostgreSQL 15 is not installed ("make deps" installs it)'
}

# The user the server runs as; empty: the present one.
server_user() {
	[ "$(id -u)" = 0 ] || return 0
	local user
	for user in postgres nobody; do
		if id -u "$user" >/dev/null 2>&1; then
			echo "$user"
			return
		fi
	done
	die 'root cannot run PostgreSQL, and there is no user postgres or nobody'
}

# as_server COMMAND...: in /, because the server's user may not be able to enter ours.
as_server() {
	if [ -n "$user" ]; then
		(cd / && runuser -u "$user" -- env LC_ALL=C.UTF-8 "$@")
	else
		(cd / && env LC_ALL=C.UTF-8 "$@")
	fi
}

user=$(server_user)
home=$(readlink "$link" 2>/dev/null || :)

exists() {
	[ -n "$home" ] && [ -f "$home/data/PG_VERSION" ]
}

running() {
	exists && as_server "$bin/pg_ctl" -D "$home/data" status >/dev/null 2>&1
}

socket_fits() {
	local name=$1/s/.s.PGSQL.$PG_PORT
	[ "$(printf %s "$name" | wc -c)" -lt "$SOCKET_PATH_MAX" ]
}

# Where data and socket go: DIR/cluster, or else a short directory everyone can enter.
choose_home() {
	home=$dir/cluster/pg
	mkdir -p "$home"
	chmod 0700 "$home"
	[ -z "$user" ] || chown "$user:" "$home"
	if socket_fits "$home" && as_server test -w "$home"; then
		return
	fi
	rmdir "$home"
	home=$(mktemp -d /var/tmp/ipcase-XXXXXX) || die 'could not make a directory in /var/tmp'
	[ -z "$user" ] || chown "$user:" "$home"
	if ! socket_fits "$home" || ! as_server test -w "$home"; then
		die "user $user cannot use $home"
	fi
	if [ -n "$user" ]; then
		printf 'The database lies in %s: user %s cannot enter %s, or its path is too long for a socket.\n' \
			"$home" "$user" "$dir" >&2
	else
		printf 'The database lies in %s: %s is too long for a socket.\n' "$home" "$dir" >&2
	fi
}

create() {
	! exists || return 0
	mkdir -p "$dir/cluster"
	choose_home
	# In a scratch folder first: an interrupted initdb leaves nothing that looks finished.
	as_server rm -rf "$home/data.new"
	if ! as_server "$bin/initdb" --pgdata="$home/data.new" --username=postgres --encoding=UTF8 \
		--locale=C.UTF-8 --data-checksums --auth=reject >"$dir/cluster/initdb.log" 2>&1; then
		cat "$dir/cluster/initdb.log" >&2
		die 'initdb failed'
	fi
	as_server mkdir -p -m 0700 "$home/s"
	as_server tee "$home/data.new/pg_hba.conf" >/dev/null <<-'X'
		# The socket's directory admits only the server's own user.
		local all all trust
	X
	as_server tee -a "$home/data.new/postgresql.conf" >/dev/null <<-X
		listen_addresses = ''
		port = $PG_PORT
		unix_socket_directories = '$home/s'
		unix_socket_permissions = 0700
		fsync = on
		timezone = 'UTC'
		log_timezone = 'UTC'
		log_line_prefix = '%m [%p] %u@%d '
		log_min_messages = warning
	X
	as_server mv "$home/data.new" "$home/data"
	ln -sfn "$home" "$link"
}

start() {
	exists || die "$dir has no cluster"
	running && return
	if ! as_server "$bin/pg_ctl" -D "$home/data" -l "$home/log" -w -t 60 start >/dev/null 2>&1; then
		as_server tail -n 20 "$home/log" >&2 || :
		die "the server did not start; its log is $home/log"
	fi
}

stop() {
	running || return 0
	as_server "$bin/pg_ctl" -D "$home/data" -w -t 60 -m "$1" stop >/dev/null 2>&1 ||
		die 'the server did not stop'
}

url() {
	[ -n "$home" ] || die "$dir has no cluster"
	printf 'host=%s port=%s dbname=%s user=%s\n' "$home/s" "$PG_PORT" "${1:-postgres}" "${2:-postgres}"
}

destroy() {
	stop immediate
	[ -z "$home" ] || rm -rf "$home"
	rm -rf "$dir/cluster"
}

bin=$(pg_bin)
case $command in
create) create ;;
start) start ;;
stop) stop fast ;;
crash) stop immediate ;;
status) running ;;
url) url "${3:-}" "${4:-}" ;;
destroy) destroy ;;
*) die "no command \"$command\"" ;;
esac
