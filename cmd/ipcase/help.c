/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Help, made from the command table, and the topics that belong to no command. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#include "client.h"
#include "commands.h"
#include "handoff.h"

enum { NAME_WIDTH = 18, OPTION_WIDTH = 30 };

static const struct {
	const char *name, *summary, *text;
} topics[] = {
	{ "exit-codes", "退出码",
	  "退出码:\n"
	  "  0  成功\n"
	  "  1  命令行用法不对（包括指定的文件打不开）；verify、handoff thread、handoff export 核对不通过\n"
	  "  2  法律规定或当前状态不允许（HTTP 409）\n"
	  "  3  输入的内容不合格（HTTP 400、413、422，或本机检查不通过）\n"
	  "  4  未登录、登录失效或没有权限（HTTP 401、403、429）\n"
	  "  5  没有找到，或无权看到（HTTP 404）\n"
	  "  6  案件已被他人更新，请重新查看后再办（HTTP 412、428，或同时办理的冲突）\n"
	  "  7  服务器或网络不可用（重试 5 次之后；HTTP 502、503、504）\n"
	  "  8  导入时有的行失败，或有的记录被拒绝\n"
	  "  9  其他错误\n" },
	{ "values", "金额、日期、当事人等怎样写",
	  "写法:\n"
	  "  字段=值          字段可以写代码（decided_on）或中文名称（决定日期）\n"
	  "  金额             fine=20000、fine=20000.50、fine=2万、fine=1.5万元：以元计\n"
	  "                   fine_fen=2000000：以分计；确实无法计算时写 不能计算\n"
	  "  日期             20260923、2026-9-23、2026.9.23、2026/9/23、2026年9月23日、今天、昨天\n"
	  "  时间（--at）      2026-9-23 15:30、2026年9月23日15时30分、现在；只写日期即当日零时\n"
	  "  是否             是、否\n"
	  "  选项             写中文词，如 outcome=给予行政处罚\n"
	  "  多项             tags=电商领域、农资，也可以重复写 tags=… tags=…\n"
	  "  当事人           party.name=… party.kind=… party.uscc=…，第二个写 party2.name=…\n"
	  "                   可用 name kind role uscc id_number representative address phone\n"
	  "  字段:=JSON       原样提交一个 JSON 值\n"
	  "  --file 文件      从 JSON 文件读取字段，命令行上写的优先\n" },
	{ "environment", "环境变量和文件",
	  "环境变量:\n"
	  "  IPCASE_SERVER    服务器地址，缺省为已保存的登录，再缺省 http://127.0.0.1:8470\n"
	  "  IPCASE_ACCOUNT   账号\n"
	  "  IPCASE_PASSWORD  密码（与账号同时给出时，各命令可不先 login，用完即退出）\n"
	  "  IPCASE_CA_FILE   校验服务器证书用的 CA 证书\n"
	  "  NO_COLOR         设置后不用颜色\n"
	  "  COLUMNS          表格宽度\n"
	  "文件:\n"
	  "  $XDG_CONFIG_HOME/ipcase/login（缺省 ~/.config/ipcase/login）\n"
	  "                   保存的登录，只有令牌没有密码，权限 0600\n" },
};

static void print_padded(const char *text, size_t width)
{
	size_t used = text_width(sv_of(text));
	printf("  %s%*s  ", text, used < width ? (int)(width - used) : 0, "");
}

static void print_options(const struct option_spec *spec)
{
	for (; spec && spec->name; spec++) {
		char name[96];
		snprintf(name, sizeof(name), "--%s%s%s", spec->name, spec->value ? " " : "",
			 spec->value ? spec->value : "");
		print_padded(name, OPTION_WIDTH);
		puts(spec->help);
	}
}

void help_overview(void)
{
	puts("ipcase: 知识产权执法案件系统客户端\n"
	     "\n"
	     "用法: ipcase [选项] 命令 [参数]\n"
	     "\n"
	     "命令:");
	for (const struct command *cmd = commands; cmd->name; cmd++) {
		print_padded(cmd->name, NAME_WIDTH);
		puts(cmd->summary);
	}
	puts("\n说明:");
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		char name[64];
		snprintf(name, sizeof(name), "help %s", topics[i].name);
		print_padded(name, NAME_WIDTH);
		puts(topics[i].summary);
	}
	print_padded("help channels", NAME_WIDTH);
	puts("移送种类");
	puts("\n通用选项:");
	print_options(global_options);
	puts("\n某个命令的用法: ipcase help 命令，例如 ipcase help case do");
}

void help_command(const struct command *command)
{
	printf("用法: ipcase %s%s%s\n\n%s\n", command->name, command->usage[0] ? " " : "", command->usage,
	       command->summary);
	if (command->help)
		printf("\n%s", command->help);
	if (command->options) {
		puts("\n选项:");
		print_options(command->options);
	}
	puts("\n通用选项见 ipcase help");
}

void help_group(const char *group)
{
	size_t n = strlen(group);
	printf("用法: ipcase %s 子命令 [参数]\n\n子命令:\n", group);
	for (const struct command *cmd = commands; cmd->name; cmd++) {
		if (strncmp(cmd->name, group, n) != 0 || cmd->name[n] != ' ')
			continue;
		print_padded(cmd->name, NAME_WIDTH);
		puts(cmd->summary);
	}
	printf("\n某个子命令的用法: ipcase help %s 子命令\n", group);
}

enum exit_code cmd_help(struct client *c, const struct args *args)
{
	if (args->word_count == 0) {
		help_overview();
		return CLI_OK;
	}
	const char *first = args->words[0];
	const char *name = first;
	if (args->word_count > 1)
		name = arena_printf(&c->arena, "%s %s", first, args->words[1]);
	for (size_t i = 0; i < ARRAY_LEN(topics); i++) {
		if (strcmp(name, topics[i].name) == 0) {
			fputs(topics[i].text, stdout);
			return CLI_OK;
		}
	}
	if (strcmp(name, "channels") == 0) {
		handoff_print_channels();
		return CLI_OK;
	}
	bool group = false;
	for (const struct command *cmd = commands; cmd->name; cmd++) {
		size_t n = strlen(name);
		if (strcmp(cmd->name, name) == 0) {
			help_command(cmd);
			return CLI_OK;
		}
		group = group || (strncmp(cmd->name, name, n) == 0 && cmd->name[n] == ' ');
	}
	if (!group)
		return client_problem(c, CLI_USAGE, "usage", "没有“%s”这个命令或说明", name);
	help_group(name);
	return CLI_OK;
}
