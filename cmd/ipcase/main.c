/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * ipcase: the command-line client. The command table, and the run of one command. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "commands.h"

#ifndef IPCASE_VERSION
#define IPCASE_VERSION "0"
#endif

enum { ANY_WORDS = 1000 };

static const struct option_spec list_options[] = {
	{ "kind", "clue|case|handoff|disclosure", "只看线索、案件、移送或公示事项" },
	{ "limit", "条数", "每页条数，默认 50，最多 200" },
	{ "after", "位置", "从上一页末尾继续" },
	{ NULL, NULL, NULL },
};

static const struct option_spec search_options[] = {
	{ "party", "名称", "当事人名称" },
	{ "number", "文号", "文号；括号种类和全角半角不限" },
	{ "text", "文字", "名称和内容中的文字" },
	{ "campaign", "名称", "专项行动" },
	{ "kind", "clue|case|handoff", "只看线索、案件或移送" },
	{ "limit", "条数", "每页条数，默认 50，最多 200" },
	{ "after", "位置", "从上一页末尾继续" },
	{ NULL, NULL, NULL },
};

static const struct option_spec new_options[] = {
	{ "at", "时间", "事情发生的时间，缺省为现在" },
	{ "file", "文件", "从 JSON 文件读取字段" },
	{ NULL, NULL, NULL },
};

static const struct option_spec do_options[] = {
	{ "at", "时间", "事情发生的时间，缺省为现在" },
	{ "file", "文件", "从 JSON 文件读取字段" },
	{ "version", "版本", "依据的版本，缺省为当前版本" },
	{ NULL, NULL, NULL },
};

static const struct option_spec handoff_list_options[] = {
	{ "side", "out|in|all", "发出的、收到的或全部；缺省为全部" },
	{ "channel", "c1|c2|…", "移送种类，见 ipcase help channels" },
	{ "state", "状态", "状态代码或名称" },
	{ "peer", "机关", "对方机关的代码或全称" },
	{ "all", NULL, "也列出已经办结的" },
	{ "limit", "条数", "每页条数，默认 50，最多 200" },
	{ "after", "位置", "从上一页末尾继续" },
	{ NULL, NULL, NULL },
};

static const struct option_spec handoff_new_options[] = {
	{ "case", "ID", "移送的案件，编号或文号" },
	{ "received", NULL, "登记对方以纸质移送来的" },
	{ "at", "时间", "事情发生的时间，缺省为现在" },
	{ "file", "文件", "从 JSON 文件读取字段" },
	{ NULL, NULL, NULL },
};

static const struct option_spec handoff_do_options[] = {
	{ "attach", "N,N", "随附的材料（材料序号，见 ipcase material list）" },
	{ "at", "时间", "事情发生的时间，缺省为现在" },
	{ "file", "文件", "从 JSON 文件读取字段" },
	{ "version", "版本", "依据的版本，缺省为当前版本" },
	{ NULL, NULL, NULL },
};

static const struct option_spec disclosure_list_options[] = {
	{ "state", "状态", "状态代码或名称，如 待公示" },
	{ "unit", "编号", "办案单位，见 ipcase units" },
	{ "due", "日期", "只看这一天以前到期的" },
	{ "all", NULL, "也列出已经办结的" },
	{ "limit", "条数", "每页条数，默认 50，最多 200" },
	{ "after", "位置", "从上一页末尾继续" },
	{ NULL, NULL, NULL },
};

static const struct option_spec disclosure_do_options[] = {
	{ "cuts", "文件", "删节：JSON 数组 [{\"at\",\"len\",\"code\",\"note\"}]，见 preview --json" },
	{ "propose", NULL, "采用程序建议的删节" },
	{ "at", "时间", "事情发生的时间，缺省为现在" },
	{ "file", "文件", "从 JSON 文件读取字段" },
	{ "version", "版本", "依据的版本，缺省为当前版本" },
	{ NULL, NULL, NULL },
};

static const struct option_spec preview_options[] = {
	{ "cuts", "文件", "按这个文件里的删节试看，不保存" },
	{ NULL, NULL, NULL },
};

static const struct option_spec trust_options[] = {
	{ "trust", "文件", "可信证书（PEM，机关的或签发机构的）；可以重复给出" },
	{ NULL, NULL, NULL },
};

static const struct option_spec export_handoff_options[] = {
	{ "zip", NULL, "写成一个 ZIP" },
	{ "trust", "文件", "可信证书（PEM，机关的或签发机构的）；可以重复给出" },
	{ NULL, NULL, NULL },
};

static const struct option_spec page_options[] = {
	{ "limit", "条数", "每页条数，默认 50，最多 200" },
	{ "after", "位置", "从上一页末尾继续" },
	{ NULL, NULL, NULL },
};

static const struct option_spec timeline_options[] = {
	{ "after", "序号", "只看这一序号之后的" },
	{ "limit", "条数", "每次读取的条数" },
	{ NULL, NULL, NULL },
};

static const struct option_spec material_options[] = {
	{ "kind", "种类", "书证、物证、视听资料、电子数据、执法文书等，缺省为书证" },
	{ "title", "名称", "材料名称" },
	{ "origin", "来源", "从哪里、由谁取得" },
	{ "at", "时间", "登记的时间，缺省为现在" },
	{ "again", NULL, "此前登记过的同一文件也再登记一次" },
	{ NULL, NULL, NULL },
};

static const struct option_spec import_options[] = {
	{ "dry-run", NULL, "只检查，不保存" },
	{ "mapping", "文件", "CSV 列与字段的对应关系" },
	{ "encoding", "utf-8|gb18030|auto", "文件编码，默认自动识别" },
	{ "format", "jsonl|csv|auto", "文件格式，默认自动识别" },
	{ NULL, NULL, NULL },
};

static const struct option_spec verify_options[] = {
	{ "trust", "文件", "可信证书（PEM，机关的或签发机构的，可含吊销名单）；可以重复给出" },
	{ "bagit", NULL, "只按 BagIt 核对完整性：任何人的包，不核对签名" },
	{ NULL, NULL, NULL },
};

static const struct option_spec export_options[] = {
	{ "original", NULL, "导出导入时的原始行" },
	{ NULL, NULL, NULL },
};

static const struct option_spec warning_options[] = {
	{ "days", "天数", "今后几个工作日内到期的，缺省按服务器的配置" },
	{ "by", "unit|officer", "按单位或者承办人汇总，缺省为 unit" },
	{ "unit", "编号", "只看这一单位" },
	{ "limit", "条数", "每页条数，默认 50，最多 200" },
	{ "after", "位置", "从上一页末尾继续" },
	{ NULL, NULL, NULL },
};

static const struct option_spec shuanggongshi_options[] = {
	{ "from", "日期", "决定日期的第一天" },
	{ "to", "日期", "决定日期的最后一天" },
	{ "out", "文件", "写出 .csv 或者 .xlsx，并登记为一个批次" },
	{ "check", NULL, "只检查，不写文件" },
	{ "new", NULL, "只要还没有报送过的" },
	{ "reported", "批次", "登记这一批次已经报送" },
	{ "on", "日期", "报送的日期，缺省为现在" },
	{ "list", NULL, "列出批次" },
	{ "again", NULL, "列出报送以后有变化、应当重新报送的" },
	{ "after", "位置", "从上一页末尾继续" },
	{ NULL, NULL, NULL },
};

static const struct option_spec audit_options[] = {
	{ "as-of", "时间", "按当时已录入的内容计算，截止日为当天；缺省为现在" },
	{ "out", "文件夹", "写出 audit.json、audit.csv、audit.xlsx、audit.pdf" },
	{ "organ", "代码", "统计哪个机关；只能看到一个机关的不必写" },
	{ NULL, NULL, NULL },
};

static const struct option_spec audit_render_options[] = {
	{ "out", "文件夹", "写到这个文件夹，没有就新建" },
	{ NULL, NULL, NULL },
};

static const struct option_spec audit_files_options[] = {
	{ "out", "文件夹", "写到这个文件夹，没有就新建" },
	{ "only", "csv|xlsx|pdf", "只生成这一种" },
	{ NULL, NULL, NULL },
};

static const struct option_spec forms_fill_options[] = {
	{ "as-of", "时间", "按当时已录入的内容计算；缺省为现在" },
	{ "unit", "编号|代码", "只统计这一单位，见 ipcase units" },
	{ "cell", "R3C5", "列出这一格的案件或者填报记录" },
	{ "out", "文件夹", "写出 报表-统计期.json 和 .xlsx" },
	{ "organ", "代码", "统计哪个机关；只能看到一个机关的不必写" },
	{ NULL, NULL, NULL },
};

static const struct option_spec forms_enter_options[] = {
	{ "note", "文字", "说明，更正时写明原因" },
	{ NULL, NULL, NULL },
};

static const struct option_spec forms_entries_options[] = {
	{ "unit", "编号|代码", "只看这一单位" },
	{ NULL, NULL, NULL },
};

static const struct option_spec rates_options[] = {
	{ "from", "日期", "统计期间的第一天" },
	{ "to", "日期", "统计期间的最后一天" },
	{ "as-of", "日期", "按这一天的情况计算" },
	{ "known-at", "时间", "按这一时刻已登记的情况计算" },
	{ "by", "campaign|unit|ip_type|officer", "分组" },
	{ "lists", NULL, "列出每个指标计入和未计入的案件及原因" },
	{ NULL, NULL, NULL },
};

#define TARGET_HELP "ID 是编号或完整文号，前面写明是案件、线索还是移送，如 case:15。\n"
#define ID_HELP "ID 是编号或文号。\n"
#define HANDOFF_ID_HELP "ID 是编号、文号（括号种类不限）或移送标识。\n"
#define DISCLOSURE_ID_HELP "ID 是编号或决定书文号（括号种类不限）。\n"
#define NEXT_HELP \
	ID_HELP "可办的事项编号列出，带字段的代码、名称、类型、是否必填和可选的词；\n" \
		"暂不可办的事项列在后面，写明原因和依据。\n"
#define DO_HELP \
	ID_HELP "事项 是 next 列出的代码（如 file_request）或中文名称。先读取当前版本再提交；\n" \
		"案件在这之间被他人更新时以退出码 6 结束。字段的写法见 ipcase help values。\n"

static const struct option_spec login_options[] = {
	{ "code", "口令", "动态口令；不写的，需要时在终端上询问" },
	{ NULL, NULL, NULL },
};

const struct command commands[] = {
	{ "login", "", "登录并保存",
	  "账号和密码在终端上输入（不显示），也可以用 --account 和 --password-file。\n"
	  "启用了动态口令的账号，随后输入手机上显示的六位数字。\n", login_options, 0, 0,
	  cmd_login },
	{ "logout", "", "退出登录", NULL, NULL, 0, 0, cmd_logout },
	{ "whoami", "", "当前账号、单位和角色", NULL, NULL, 0, 0, cmd_whoami },
	{ "queue", "[mine|unit|waiting|week]", "待办: 我的、本单位、等待他人、本周到期",
	  "按该谁办、剩余时间排列。灯: 绿 正常、黄 三个工作日内到期、红 已超期、灰 停止计时。\n",
	  list_options, 0, 1, cmd_queue },
	{ "search", "--party|--number|--text|--campaign 值", "查找线索、案件和移送", NULL, search_options,
	  0, 0, cmd_search },
	{ "clue new", "字段=值 ...", "案源登记",
	  "例: ipcase clue new source=举报 discovered_on=2026-9-23 ip_type=商标 summary=销售假冒机油 party.name=某店\n",
	  new_options, 0, ANY_WORDS, cmd_clue_new },
	{ "clue list", "", "线索列表", NULL, search_options, 0, 0, cmd_clue_list },
	{ "clue show", "ID", "查看线索", ID_HELP, NULL, 1, 1, cmd_matter_show },
	{ "clue next", "ID", "线索现在可办的事项", NEXT_HELP, NULL, 1, 1, cmd_matter_next },
	{ "clue do", "ID 事项 字段=值 ...", "办理线索的事项", DO_HELP, do_options, 2, ANY_WORDS,
	  cmd_matter_do },
	{ "clue timeline", "ID", "线索的办理经过", ID_HELP, timeline_options, 1, 1,
	  cmd_matter_timeline },
	{ "clue clocks", "ID", "线索的期限", ID_HELP, NULL, 1, 1, cmd_matter_clocks },
	{ "case new", "字段=值 ...", "简易程序当场处罚",
	  "普通程序的案件由线索立案产生，见 ipcase clue do。\n", new_options, 0, ANY_WORDS,
	  cmd_case_new },
	{ "case list", "", "案件列表", NULL, search_options, 0, 0, cmd_case_list },
	{ "case show", "ID", "查看案件", ID_HELP, NULL, 1, 1, cmd_matter_show },
	{ "case next", "ID", "案件现在可办的事项", NEXT_HELP, NULL, 1, 1, cmd_matter_next },
	{ "case do", "ID 事项 字段=值 ...", "办理案件的事项",
	  DO_HELP "例: ipcase case do 12 pay amount=2万 receipt=缴款书1 --at 2026-9-23\n",
	  do_options, 2, ANY_WORDS, cmd_matter_do },
	{ "case timeline", "ID", "案件的办理经过", ID_HELP, timeline_options, 1, 1,
	  cmd_matter_timeline },
	{ "case clocks", "ID", "案件的期限", ID_HELP, NULL, 1, 1, cmd_matter_clocks },
	{ "handoff list", "", "移送列表：发出的和收到的", NULL, handoff_list_options, 0, 0, cmd_handoff_list },
	{ "handoff new", "种类 --case ID 字段=值 ...", "开始一次移送",
	  "种类见 ipcase help channels；机关写代码或全称，见 ipcase handoff organs。\n"
	  "例: ipcase handoff new c1 --case 15 peer=512022-police copy_to=512022-procuratorate\n",
	  handoff_new_options, 1, ANY_WORDS, cmd_handoff_new },
	{ "handoff show", "ID", "查看移送：各方机关、谁该在什么时候以前做什么",
	  HANDOFF_ID_HELP "期限有两个到期日：不顺延的，和遇节假日顺延的（法定）。\n", NULL, 1, 1, cmd_matter_show },
	{ "handoff next", "ID", "移送现在可办的事项",
	  HANDOFF_ID_HELP "对方机关不在线时，它的答复也列在这里，由本机关登记：写明 registered_medium（答复载体），\n"
			  "registered_scan（扫描件的材料序号）可以后补；--at 写收到的时间。\n",
	  NULL, 1, 1, cmd_matter_next },
	{ "handoff do", "ID 事项 字段=值 ... [--attach N,N]", "办理移送的事项",
	  HANDOFF_ID_HELP "事项 是 next 列出的代码或中文名称。字段的写法见 ipcase help values。\n", handoff_do_options,
	  2, ANY_WORDS, cmd_handoff_do },
	{ "handoff timeline", "ID", "移送的办理经过", HANDOFF_ID_HELP, timeline_options, 1, 1, cmd_matter_timeline },
	{ "handoff clocks", "ID", "移送的期限：本机关的和对方的", HANDOFF_ID_HELP, NULL, 1, 1, cmd_matter_clocks },
	{ "handoff thread", "ID", "往来的记录：逐份核对签名和次序",
	  HANDOFF_ID_HELP "在本机核对，不问服务器；有不符的，退出码为 1。\n", trust_options, 1, 1, cmd_handoff_thread },
	{ "handoff export", "ID 文件夹 [--zip]", "写出全部往来，供刻盘",
	  HANDOFF_ID_HELP "文件夹须是新的或者空的。写完读回核对，打印结论；有不符的，退出码为 1。\n", export_handoff_options,
	  2, 2, cmd_handoff_export },
	{ "handoff import", "文件夹|ZIP", "导入对方带来的往来",
	  "服务器逐份核对：新增、已有、拒绝及其原因。可以重复导入。有的记录被拒绝，退出码为 8；整套被拒绝，\n"
	  "退出码为 3。被拒绝的原样留在隔离区，见 ipcase handoff quarantine。\n", NULL, 1, 1,
	  cmd_handoff_import },
	{ "handoff stub", "ID 文件.pdf", "打印用的回执（A4，带二维码）", HANDOFF_ID_HELP, NULL, 2, 2, cmd_handoff_stub },
	{ "handoff organs", "", "可以移送的机关，及其代码", NULL, NULL, 0, 0, cmd_handoff_organs },
	{ "handoff quarantine", "", "被拒绝的来件，及其原因和摘要", NULL, page_options, 0, 0,
	  cmd_handoff_quarantine },
	{ "disclosure list", "", "公示事项，先到期的在前", "灯: 绿 正常、黄 三个工作日内到期、红 已超期、灰 没有期限。\n",
	  disclosure_list_options, 0, 0, cmd_disclosure_list },
	{ "disclosure new", "receive|register 字段=值 ...", "接收外省推送的决定，或者登记变更后的决定",
	  "本机关的处罚决定批准后自动列入公示，不用登记。\n"
	  "例: ipcase disclosure new receive agency=某省某市市场监管局 decision_paper_no=…  party.name=…  decided_on=…\n",
	  new_options, 1, ANY_WORDS, cmd_disclosure_new },
	{ "disclosure show", "ID", "查看公示事项：类别及理由、六项摘要、何时对外公开", DISCLOSURE_ID_HELP, NULL, 1, 1, cmd_matter_show },
	{ "disclosure next", "ID", "公示现在可办的事项", DISCLOSURE_ID_HELP, NULL, 1, 1, cmd_matter_next },
	{ "disclosure do", "ID 事项 字段=值 ... [--propose|--cuts 文件]", "办理公示的事项",
	  DISCLOSURE_ID_HELP "事项 是 next 列出的代码或中文名称。字段的写法见 ipcase help values。\n"
	  "例: ipcase disclosure do 31 prepare --propose\n",
	  disclosure_do_options, 2, ANY_WORDS, cmd_disclosure_do },
	{ "disclosure preview", "ID [--cuts 文件]", "预览将要公示的文本、每处删节的理由、还必须删去的",
	  DISCLOSURE_ID_HELP "不改变任何内容。--json 给出位置，可改后用于 --cuts。\n", preview_options, 1, 1,
	  cmd_disclosure_preview },
	{ "disclosure timeline", "ID", "公示的办理经过", DISCLOSURE_ID_HELP, timeline_options, 1, 1, cmd_matter_timeline },
	{ "disclosure clocks", "ID", "公示的期限", DISCLOSURE_ID_HELP, NULL, 1, 1, cmd_matter_clocks },
	{ "material add", "case:ID|clue:ID|handoff:ID 文件 ...", "上传证据、文书并登记为材料",
	  TARGET_HELP "分块上传，每块到达后即可靠保存；中断以后再次执行同一命令，从断处继续。\n"
	  "例: ipcase material add case:15 进货单.pdf --kind 书证 --title 进货单 --origin 现场提取\n",
	  material_options, 2, ANY_WORDS, cmd_material_add },
	{ "material list", "case:ID|clue:ID|handoff:ID", "材料列表",
	  TARGET_HELP "案件的列表包括来源线索的材料。作废材料: ipcase case do ID material_void material=序号 reason=…\n",
	  NULL, 1, 1, cmd_material_list },
	{ "material get", "case:ID|clue:ID|handoff:ID 序号 文件", "取出一件材料的内容",
	  TARGET_HELP "保存以前与登记的 SHA-256 核对。文件为目录时用材料原来的文件名。\n", NULL, 3, 3, cmd_material_get },
	{ "item list", "case:ID|clue:ID", "涉案物品及其保管链",
	  "ID 是编号或完整文号，前面写明是案件还是线索，如 case:15。\n"
	  "登记、封存、交接、检验、返还、销毁用 ipcase case do ID item_add … 等，见 ipcase case next ID。\n",
	  NULL, 1, 1, cmd_item_list },
	{ "warning", "[--days 天数] [--by unit|officer]", "预警: 已经超期和几个工作日内到期的期限",
	  "列出应由谁办、依据，以及逾期影响哪些指标（M1 至 M10）。\n", warning_options, 0, 0, cmd_warning },
	{ "audit", "统计期", "结案和公示统计（M1 至 M10）",
	  "统计期: 2026-10（月）、2026-W41（周）、2026-Q3（季）、2026（年），或者专项行动代码（自其开始至截止日）。\n"
	  "同一个 --as-of 随时重算，结果逐字节相同。--json 打印 audit.json。\n",
	  audit_options, 1, 1, cmd_audit },
	{ "audit submit", "统计期", "统计并报送：留下不再改变的一份",
	  "更正以后再报送一次，成为同一期的下一份；两份之间的变化用 audit diff 查看。只有局领导和督查人员可以报送。\n",
	  audit_options, 1, 1, cmd_audit_submit },
	{ "audit list", "[统计期]", "报送过的统计", NULL, NULL, 0, 1, cmd_audit_list },
	{ "audit show", "编号", "一份报送，或者写出它的文件", NULL, audit_render_options, 1, 1, cmd_audit_show },
	{ "audit diff", "编号 编号", "同一期的两份报送有何变化、为何变化", NULL, NULL, 2, 2, cmd_audit_diff },
	{ "audit render", "audit.json --out 文件夹", "由 audit.json 重新生成表格和通报",
	  "写出 audit.csv、audit.xlsx、audit.pdf，不问服务器。同一个 audit.json 生成的文件逐字节相同。\n",
	  audit_files_options, 1, 1, cmd_audit_render },
	{ "forms list", "", "报表，及由单位填报的数字", NULL, NULL, 0, 0, cmd_forms_list },
	{ "forms fill", "报表 统计期", "按已办的案件和填报的数字填好一份报表",
	  "统计期: 2026-10（月）、2026-W41（周）、2026-Q3（季）、2026（年），或者专项行动代码（自其开始至截止日）。\n"
	  "--cell 看一格的来源: R3C5（案件部分第3行第5栏）、行代码.栏代码、栏代码，或者 outside（不属于任何一行的）。\n"
	  "同一个 --as-of 随时重算，结果逐字节相同。\n"
	  "例: ipcase forms fill ip-enforcement 2026-Q3 --out 报表\n",
	  forms_fill_options, 2, 2, cmd_forms_fill },
	{ "forms render", "报表.json --out 文件夹", "由报表的 json 重新生成表格",
	  "写出 form.xlsx，不问服务器。同一个 json 生成的文件逐字节相同。\n", audit_render_options, 1, 1, cmd_forms_render },
	{ "forms enter", "报表 统计期 单位 代码=数字 ...", "填报本单位的行动数字",
	  "代码见 ipcase forms list。没有发生的写 0。再次填报即为更正，原来的数字保留可查。\n"
	  "例: ipcase forms enter chunlei 2026-W03 12 staff=36 vehicles=9\n",
	  forms_enter_options, 4, ANY_WORDS, cmd_forms_enter },
	{ "forms entries", "报表 [统计期]", "填报过的数字：谁、何时、取代哪一条", NULL, forms_entries_options, 1, 2,
	  cmd_forms_entries },
	{ "rates", "--from 日期 --to 日期", "办结率、公示率等指标", NULL, rates_options, 0, 0,
	  cmd_rates },
	{ "campaigns", "", "专项行动", NULL, NULL, 0, 0, cmd_campaigns },
	{ "units", "", "单位", NULL, NULL, 0, 0, cmd_units },
	{ "import", "文件", "导入 JSON 行或 CSV",
	  "文件为 - 时读标准输入。一行有错不影响其他行；有失败的行时退出码为 8。可以重复导入。\n"
	  "--mapping 的文件每行写 列名=字段 或 列名=字段:类型，类型有 文字、整数、元、万元、日期、是否、多项；\n"
	  "“列名=”表示不取这一列。没有写到的列按列名自动识别。\n",
	  import_options, 1, 1, cmd_import },
	{ "export", "--original [文件]", "导出导入时的原始行", NULL, export_options, 0, 1,
	  cmd_export },
	{ "export shuanggongshi", "--from 日期 --to 日期 [--out 文件]", "双公示：报送信用中国的处罚信息",
	  "逐件检查 30 个字段；有问题的整件不写入文件，逐项列出，退出码为 8。\n"
	  "平台接收以后用 --reported 登记，可以重复执行；--again 列出报送以后更正、撤回、修复的。\n",
	  shuanggongshi_options, 0, 0, cmd_shuanggongshi },
	{ "verify", "路径 [--trust 文件]...", "核对移送包、回执和整套导出是否完整、由谁签名",
	  "路径可以是移送包（文件夹或 ZIP）、整套导出（文件夹或 ZIP）、记录文件夹，或旁边有 .p7s 签名的\n"
	  "单个记录 .json。不需要服务器、账号、配置和网络。逐项列出，最后一行是结论。\n"
	  "可信证书须从对方机关另外取得；不给 --trust 时，证书本身不核对，结论会写明。\n"
	  "退出码: 全部相符为 0；有任何一项不符、不支持或打不开为 1。\n",
	  verify_options, 1, 1, cmd_verify },
	{ "help", "[命令]", "显示帮助", NULL, NULL, 0, 2, cmd_help },
	{ NULL, NULL, NULL, NULL, NULL, 0, 0, NULL },
};

/* A full disk must not look like success; a reader that left early is no error. */
static enum exit_code close_output(enum exit_code code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	if (errno == EPIPE)
		return code;
	fprintf(stderr, "错误: 无法写到标准输出: %s\n", strerror(errno));
	return code == CLI_OK ? CLI_OTHER : code;
}

static enum exit_code run(struct client *c, const struct args *args)
{
	/* Help must work without a server, a home folder or a network. */
	if (args->command->run == cmd_help || args->command->run == cmd_verify)
		return args->command->run(c, args);
	enum exit_code code = client_init(c, args);
	if (code == CLI_OK)
		code = args->command->run(c, args);
	return code;
}

static bool wants_json(int argc, char *const *argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--json") == 0)
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct client client = { .arena = ARENA_INIT(0) };
	struct args args = { 0 };
	struct err err = ERR_INIT;
	enum exit_code code = CLI_OK;
	signal(SIGPIPE, SIG_IGN); /* a broken connection is reported, not fatal */
	if (args_parse(&client.arena, argc, argv, commands, &args, &err)) {
		client.json = wants_json(argc, argv);
		code = client_fail(&client, &err);
	} else if (args_switch(&args, "version")) {
		puts("ipcase " IPCASE_VERSION);
	} else if (args_switch(&args, "help") && args.command) {
		help_command(args.command);
	} else if (args_switch(&args, "help") && args.group) {
		help_group(args.group);
	} else if (!args.command) {
		help_overview();
		code = args_switch(&args, "help") ? CLI_OK : CLI_USAGE;
	} else {
		code = run(&client, &args);
	}
	if (code != CLI_OK)
		client_print_problem(&client);
	client_fini(&client);
	return (int)close_output(code);
}
