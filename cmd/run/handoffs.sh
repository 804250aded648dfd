#!/usr/bin/env bash
# SPDX-License-Identifier: MulanPSL-2.0
#
# handoffs.sh BIN SERVER ACCOUNTS: the demonstration's hand-overs, in several channels and states. run.sh calls it once,
# at the first run, against a daemon that nobody else talks to yet. Everything is done with the client, by the accounts
# of the demonstration: what a liaison finds in his queue came there the way it always does.
#
# Days are counted back from today, so that the clocks are green, yellow and red whenever it runs.
set -euo pipefail

bin=$1 server=$2 accounts=$3
export LC_ALL=C.UTF-8
# shellcheck source=cmd/run/client.sh
. "$(dirname "$0")/client.sh"

# act ACCOUNT KIND ID ACT ARGUMENTS...: one act on a clue, a case or a hand-over.
act() {
	local account=$1 kind=$2
	shift 2
	by "$account" "$kind" 'do' "$@" >/dev/null
}

# Ids in replies to `new` and to an approved filing, and the thread of a hand-over.
new_id() {
	sed -n 's/.*"matter": *{"id": *"\([0-9]*\)".*/\1/p'
}
thread_of() {
	by "$1" --json handoff show "$2" | sed -n 's/.*"handoff":{"thread":"\([^"]*\)".*/\1/p'
}

# at DAYS HOUR: that hour, so many days ago, never on a weekend.
at() {
	local days=$1
	while [ "$(TZ=Asia/Shanghai date -d "-$days days" +%u)" -gt 5 ]; do
		days=$((days + 1))
	done
	TZ=Asia/Shanghai date -d "-$days days" "+%F $2:00"
}

today=$(TZ=Asia/Shanghai date +%F)
material=$work/鉴定意见.txt
printf '演示用的鉴定意见：送检商品系侵犯注册商标专用权的商品。\n' >"$material"

# new_case NAME: a filed case past the criminal line, 40 days old; its id in $case.
new_case() {
	local clue cause=销售侵犯注册商标专用权的商品
	clue=$(by clerk --json clue new source=举报 "discovered_on=$(TZ=Asia/Shanghai date -d '-42 days' +%F)" ip_type=商标 \
		"cause=$cause" "summary=演示数据：$cause。" "party.name=$1" party.kind=个体工商户 goods=白酒120瓶 \
		--at "$(TZ=Asia/Shanghai date -d '-42 days' '+%F 09:00')" | new_id)
	act unit_head clue "$clue" assign officer=officer co_officer=co_officer --at "$(at 41 9)"
	act officer clue "$clue" file_request "cause=$cause" reason=有证据初步证明存在违法行为 --at "$(at 40 9)"
	act unit_head clue "$clue" file_endorse officer=officer co_officer=co_officer --at "$(at 40 10)"
	case=$(by deputy_head --json clue 'do' "$clue" file_approve opinion=同意立案 --at "$(at 40 11)" |
		sed -n 's/.*"spawned": *\[{"id": *"\([0-9]*\)".*/\1/p')
	[ -n "$case" ] || die "no case was opened"
	act officer case "$case" amounts offence=TM_SALE criminal_sales=8万 --at "$(at 20 10)"
}

# reported NAME DAYS: a hand-over to the police, reported to the principal so many days ago; its id in $copy.
reported() {
	new_case "$1"
	by officer material add "case:$case" "$material" --kind 鉴定意见 --title 鉴定意见 >/dev/null
	copy=$(by officer --json handoff new c1 --case "$case" peer=512022-police copy_to=512022-procuratorate \
		--at "$(at $(($2 + 1)) 9)" | new_id)
	act deputy_head handoff "$copy" appoint officer=officer co_officer=co_officer --at "$(at $(($2 + 1)) 10)"
	act officer handoff "$copy" report_request transfer_basis=达到追诉标准 evidence_list=询问笔录、鉴定意见 \
		reason=销售金额八万元，达到追诉标准 --at "$(at "$2" 9)"
}

# sent NAME DAYS: and sent to the police; its thread in $thread.
sent() {
	reported "$1" "$2"
	act principal handoff "$copy" report_approve opinion=同意移送 --at "$(at "$2" 10)"
	act officer handoff "$copy" submit --attach 1 --at "$(at "$2" 11)"
	thread=$(thread_of officer "$copy")
	arrived police
}

# Waits until the copy of that account's organ is there, or has come as far as STATE.
arrived() {
	local i
	for ((i = 0; i < 200; i++)); do
		if XDG_CONFIG_HOME=$work/$1 "$bin/ipcase" --server "$server" --json handoff show "$thread" 2>/dev/null |
			grep -q "\"state\":\"${2:-}"; then
			return
		fi
		[ -d "$work/$1" ] || by "$1" whoami >/dev/null
		sleep 0.1
	done
	die "the hand-over $thread did not reach $1"
}

# police ACT FIELDS... on the hand-over, and back home.
police() {
	act police handoff "$thread" "$@"
}

# letter ACCOUNT CHANNEL FIELDS...: another kind of hand-over, opened and sent; its thread in $thread.
letter() {
	local account=$1 channel=$2 when
	shift 2
	when=$(at 3 10)
	copy=$(by "$account" --json handoff new "$channel" "$@" --at "$when" | new_id)
	thread=$(thread_of "$account" "$copy")
}

# ---- to the police -------------------------------------------------------------------------------

reported 演示二十一号白酒商行 1 # the principal has three days

sent 演示二十二号白酒商行 1 # waits for the police

sent 演示二十三号白酒商行 5
police accept police_receipt=乐公受案字〔演示〕1号 --at "$(at 5 15)"
police deficient deficiencies=鉴定机构资质证明 --at "$(at 4 9)"
arrived officer c1_deficient # waits for us, and is late

sent 演示二十四号白酒商行 6
police accept police_receipt=乐公受案字〔演示〕2号 --at "$(at 6 15)"
police file filed_no=乐公立字〔演示〕2号 "paper_on=${today}" --at "$today"
arrived officer c1_filed # three days for handing over the goods

sent 演示二十五号白酒商行 6
police accept police_receipt=乐公受案字〔演示〕3号 --at "$(at 6 15)"
police not_file paper_no=乐公不立字〔演示〕3号 "paper_on=${today}" reason=现有证据不足以认定明知 --at "$today"
arrived officer c1_not_filed # reconsideration within three days

sent 演示二十六号白酒商行 30
police accept police_receipt=乐公受案字〔演示〕4号 --at "$(at 30 15)" # nothing since: red

# ---- from and to others -----------------------------------------------------------------------------

letter police c3 peer=512022-market title=演示：某店销售侵权商品不予立案退回 return_kind=移送行政处理 \
	cause=销售侵犯注册商标专用权的商品 ip_type=商标 party.name=演示二十七号副食店 party.kind=个体工商户
act police handoff "$copy" submit doc_no=乐公移〔演示〕1号 --at "$(at 2 10)"
arrived officer

letter procuratorate c4 peer=512022-market title=演示：不起诉后建议行政处罚 "opinion_kind=检察意见（给予处罚）" \
	party.name=演示二十八号烟酒店 party.kind=个体工商户
act procuratorate handoff "$copy" submit doc_no=乐检行检意〔演示〕1号 --at "$(at 2 10)"
arrived officer

letter court c5 peer=512022-market title=演示：关于规范商标授权管理的司法建议 court_kind=司法建议
act court handoff "$copy" submit doc_no=乐法建〔演示〕1号 --at "$(at 2 10)"
arrived officer

letter officer c8 peer=512022-procuratorate title=演示：商标案件证据标准咨询 assist_kind=案件咨询 market_organ=否 \
	question=线上销售截图的固定方式能否作为定案依据
act officer handoff "$copy" submit --at "$(at 2 10)"
arrived procuratorate
