/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Command line parsing over the tables of args.h. */
#include "args.h"

#include <string.h>

#include "base/str.h"

const struct option_spec global_options[] = {
	{ "server", "网址",
	  "服务器地址，如 http://127.0.0.1:8470 或 unix:/路径（环境变量 IPCASE_SERVER）" },
	{ "account", "账号", "账号（环境变量 IPCASE_ACCOUNT）" },
	{ "password-file", "文件",
	  "从文件首行读取密码，- 表示标准输入；密码也可用环境变量 IPCASE_PASSWORD" },
	{ "json", NULL, "在标准输出原样给出服务器的 JSON 答复，一行" },
	{ "color", "auto|always|never", "是否使用颜色（也遵守 NO_COLOR）" },
	{ "timeout", "秒", "每次请求的时限，默认 30" },
	{ "ca-file", "文件", "校验服务器证书用的 CA 证书（环境变量 IPCASE_CA_FILE）" },
	{ "idempotency-key", "键", "沿用上次结果不明时给出的键，避免重复办理" },
	{ "help", NULL, "显示帮助" },
	{ "version", NULL, "显示版本" },
	{ NULL, NULL, NULL },
};

static const struct option_spec *find_in(const struct option_spec *specs, const char *name,
					 size_t n)
{
	for (; specs && specs->name; specs++) {
		if (strlen(specs->name) == n && memcmp(specs->name, name, n) == 0)
			return specs;
	}
	return NULL;
}

static const struct option_spec *find_option(const struct args *args, const char *name, size_t n)
{
	/* The command's own first: `--version N` of `do` is not the global switch. */
	const struct option_spec *spec = NULL;
	if (args->command)
		spec = find_in(args->command->options, name, n);
	return spec ? spec : find_in(global_options, name, n);
}

static const struct command *find_command(const struct command *commands, const char *first,
					  const char *second)
{
	size_t n = strlen(first);
	for (; commands->name; commands++) {
		const char *name = commands->name;
		if (!second && strcmp(name, first) == 0)
			return commands;
		if (second && strncmp(name, first, n) == 0 && name[n] == ' ' &&
		    strcmp(name + n + 1, second) == 0)
			return commands;
	}
	return NULL;
}

static bool is_group(const struct command *commands, const char *word)
{
	size_t n = strlen(word);
	for (; commands->name; commands++) {
		if (strncmp(commands->name, word, n) == 0 && commands->name[n] == ' ')
			return true;
	}
	return false;
}

static enum err_code take_word(const struct command *commands, const char *word, struct args *args,
			       struct err *err)
{
	if (args->command) {
		args->words[args->word_count++] = word;
		return ERR_OK;
	}
	if (!args->group && is_group(commands, word)) {
		args->group = word;
		return ERR_OK;
	}
	args->command = args->group ? find_command(commands, args->group, word)
				    : find_command(commands, word, NULL);
	if (args->command)
		return ERR_OK;
	/* A group may be a command too: `audit 2026-10` beside `audit list`. */
	if (args->group && (args->command = find_command(commands, args->group, NULL)) != NULL) {
		args->words[args->word_count++] = word;
		return ERR_OK;
	}
	return err_set(err, ERR_INVALID, "usage",
		       "没有“%s%s%s”这个命令，请用 ipcase help 查看全部命令",
		       args->group ? args->group : "", args->group ? " " : "", word);
}

/* A group may be a command too, which is then told by its options: `export --original`. */
static const struct option_spec *find_own_option(const struct command *commands, struct args *args, const char *name, size_t n)
{
	const struct command *own = !args->command && args->group ? find_command(commands, args->group, NULL) : NULL;
	const struct option_spec *spec = own ? find_in(own->options, name, n) : NULL;

	if (spec)
		args->command = own;
	return spec ? spec : find_option(args, name, n);
}

static enum err_code take_option(const struct command *commands, struct args *args, const char *text, const char *next,
				 bool *ret_used_next, struct err *err)
{
	const char *equals = strchr(text, '=');
	size_t n = equals ? (size_t)(equals - text) : strlen(text);
	*ret_used_next = false;
	/* Anyone on the machine can read a command line. */
	if (n == 8 && memcmp(text, "password", 8) == 0)
		return err_set(
			err, ERR_INVALID, "usage",
			"密码不能写在命令行上，请用 --password-file、环境变量 IPCASE_PASSWORD "
			"或在提示时输入");
	const struct option_spec *spec = find_own_option(commands, args, text, n);
	if (!spec)
		return err_set(err, ERR_INVALID, "usage", "不认识的选项 --%.*s", (int)n, text);
	if (!spec->value && equals)
		return err_set(err, ERR_INVALID, "usage", "选项 --%s 不带值", spec->name);
	const char *value = "";
	if (spec->value) {
		value = equals ? equals + 1 : next;
		*ret_used_next = !equals;
		if (!value)
			return err_set(err, ERR_INVALID, "usage", "选项 --%s 需要一个值（%s）",
				       spec->name, spec->value);
	}
	args->options[args->option_count++] = (struct given_option){ spec, value };
	return ERR_OK;
}

static enum err_code check_words(const struct args *args, struct err *err)
{
	const struct command *cmd = args->command;
	/* Help and version need nothing else. */
	if (args_switch(args, "help") || args_switch(args, "version"))
		return ERR_OK;
	if (!cmd) {
		if (args->group)
			return err_set(err, ERR_INVALID, "usage",
				       "%s 后面还要写子命令，请用 ipcase help %s 查看", args->group, args->group);
		return ERR_OK;
	}
	if (args->word_count < cmd->min_words)
		return err_set(err, ERR_INVALID, "usage", "参数不够。用法: ipcase %s%s%s", cmd->name,
			       cmd->usage[0] ? " " : "", cmd->usage);
	if (args->word_count > cmd->max_words)
		return err_set(err, ERR_INVALID, "usage", "多余的参数“%s”。用法: ipcase %s%s%s",
			       args->words[cmd->max_words], cmd->name, cmd->usage[0] ? " " : "", cmd->usage);
	return ERR_OK;
}

enum err_code args_parse(struct arena *arena, int argc, char *const *argv,
			 const struct command *commands, struct args *ret, struct err *err)
{
	*ret = (struct args){ 0 };
	/* argc + 1: never a zero-sized array. */
	ret->words = arena_array(arena, const char *, argc + 1);
	ret->options = arena_array(arena, struct given_option, argc + 1);
	bool only_words = false;
	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];
		enum err_code code = ERR_OK;
		bool used_next = false;
		if (!only_words && strcmp(arg, "--") == 0)
			only_words = true;
		else if (!only_words && strcmp(arg, "-h") == 0)
			code = take_option(commands, ret, "help", NULL, &used_next, err);
		else if (!only_words && strncmp(arg, "--", 2) == 0)
			code = take_option(commands, ret, arg + 2, i + 1 < argc ? argv[i + 1] : NULL,
					   &used_next, err);
		else if (!only_words && arg[0] == '-' && arg[1])
			code = err_set(err, ERR_INVALID, "usage", "不认识的选项 %s", arg);
		else
			code = take_word(commands, arg, ret, err);
		if (code)
			return code;
		i += used_next;
	}
	return check_words(ret, err);
}

const char *args_option(const struct args *args, const char *name)
{
	for (size_t i = args->option_count; i > 0; i--) {
		if (strcmp(args->options[i - 1].spec->name, name) == 0)
			return args->options[i - 1].value;
	}
	return NULL;
}

bool args_has(const struct args *args, const char *name)
{
	return args_option(args, name) != NULL;
}

bool args_switch(const struct args *args, const char *name)
{
	for (size_t i = 0; i < args->option_count; i++) {
		const struct option_spec *spec = args->options[i].spec;
		if (!spec->value && strcmp(spec->name, name) == 0)
			return true;
	}
	return false;
}

enum err_code args_number(const struct args *args, const char *name, int64_t min, int64_t max,
			  int64_t fallback, int64_t *ret, struct err *err)
{
	const char *text = args_option(args, name);
	int64_t value = fallback;
	if (text && (!sv_to_i64(sv_of(text), &value) || value < min || value > max))
		return err_set(err, ERR_INVALID, "usage",
			       "--%s 应是 %lld 到 %lld 之间的整数，不是“%s”", name, (long long)min,
			       (long long)max, text);
	*ret = value;
	return ERR_OK;
}
