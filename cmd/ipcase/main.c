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
	{ "kind", "clue|case", "只看线索或案件" },
	{ "limit", "条数", "每页条数，默认 50，最多 200" },
	{ "after", "位置", "从上一页末尾继续" },
	{ NULL, NULL, NULL },
};

static const struct option_spec search_options[] = {
	{ "party", "名称", "当事人名称" },
	{ "number", "文号", "文号；括号种类和全角半角不限" },
	{ "text", "文字", "名称和内容中的文字" },
	{ "campaign", "名称", "专项行动" },
	{ "kind", "clue|case", "只看线索或案件" },
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

static const struct option_spec timeline_options[] = {
	{ "after", "序号", "只看这一序号之后的" },
	{ "limit", "条数", "每次读取的条数" },
	{ NULL, NULL, NULL },
};

static const struct option_spec import_options[] = {
	{ "dry-run", NULL, "只检查，不保存" },
	{ "mapping", "文件", "CSV 列与字段的对应关系" },
	{ "encoding", "utf-8|gb18030|auto", "文件编码，默认自动识别" },
	{ "format", "jsonl|csv|auto", "文件格式，默认自动识别" },
	{ NULL, NULL, NULL },
};

static const struct option_spec export_options[] = {
	{ "original", NULL, "导出导入时的原始行" },
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

#define ID_HELP "ID 是编号或文号。\n"
#define NEXT_HELP \
	ID_HELP "可办的事项编号列出，带字段的代码、名称、类型、是否必填和可选的词；\n" \
		"暂不可办的事项列在后面，写明原因和依据。\n"
#define DO_HELP \
	ID_HELP "事项 是 next 列出的代码（如 file_request）或中文名称。先读取当前版本再提交；\n" \
		"案件在这之间被他人更新时以退出码 6 结束。字段的写法见 ipcase help values。\n"

const struct command commands[] = {
	{ "login", "", "登录并保存",
	  "账号和密码在终端上输入（不显示），也可以用 --account 和 --password-file。\n", NULL, 0, 0,
	  cmd_login },
	{ "logout", "", "退出登录", NULL, NULL, 0, 0, cmd_logout },
	{ "whoami", "", "当前账号、单位和角色", NULL, NULL, 0, 0, cmd_whoami },
	{ "queue", "[mine|unit|waiting|week]", "待办: 我的、本单位、等待他人、本周到期",
	  "按该谁办、剩余时间排列。灯: 绿 正常、黄 三个工作日内到期、红 已超期、灰 停止计时。\n",
	  list_options, 0, 1, cmd_queue },
	{ "search", "--party|--number|--text|--campaign 值", "查找线索和案件", NULL, search_options,
	  0, 0, cmd_search },
	{ "clue new", "字段=值 ...", "案源登记",
	  "例: ipcase clue new source=举报 discovered_on=2026-9-23 ip_type=商标 summary=销售假冒机油 party.name=某店\n",
	  new_options, 0, ANY_WORDS, cmd_clue_new },
	{ "clue list", "", "线索列表", NULL, search_options, 0, 0, cmd_clue_list },
	{ "clue show", "ID", "查看线索", ID_HELP, NULL, 1, 1, cmd_clue_show },
	{ "clue next", "ID", "线索现在可办的事项", NEXT_HELP, NULL, 1, 1, cmd_clue_next },
	{ "clue do", "ID 事项 字段=值 ...", "办理线索的事项", DO_HELP, do_options, 2, ANY_WORDS,
	  cmd_clue_do },
	{ "clue timeline", "ID", "线索的办理经过", ID_HELP, timeline_options, 1, 1,
	  cmd_clue_timeline },
	{ "clue clocks", "ID", "线索的期限", ID_HELP, NULL, 1, 1, cmd_clue_clocks },
	{ "case new", "字段=值 ...", "简易程序当场处罚",
	  "普通程序的案件由线索立案产生，见 ipcase clue do。\n", new_options, 0, ANY_WORDS,
	  cmd_case_new },
	{ "case list", "", "案件列表", NULL, search_options, 0, 0, cmd_case_list },
	{ "case show", "ID", "查看案件", ID_HELP, NULL, 1, 1, cmd_case_show },
	{ "case next", "ID", "案件现在可办的事项", NEXT_HELP, NULL, 1, 1, cmd_case_next },
	{ "case do", "ID 事项 字段=值 ...", "办理案件的事项",
	  DO_HELP "例: ipcase case do 12 pay amount=2万 receipt=缴款书1 --at 2026-9-23\n",
	  do_options, 2, ANY_WORDS, cmd_case_do },
	{ "case timeline", "ID", "案件的办理经过", ID_HELP, timeline_options, 1, 1,
	  cmd_case_timeline },
	{ "case clocks", "ID", "案件的期限", ID_HELP, NULL, 1, 1, cmd_case_clocks },
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
	if (args->command->run == cmd_help)
		return cmd_help(c, args);
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
