/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "console.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

/* PREFIX/bin/ipcased -> PREFIX/share/ipcase/console, where `make install` puts it. */
static bool installed_dir(char *ret, size_t size)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return false;
	self[n] = '\0';
	for (int up = 0; up < 2; up++) {
		slash = strrchr(self, '/');
		if (!slash)
			return false;
		*slash = '\0';
	}
	return (size_t)snprintf(ret, size, "%s/share/ipcase/console", self) < size &&
	       access(ret, F_OK) == 0;
}

enum err_code console_load(const char *dir, struct http_static **ret, struct err *err)
{
	char found[PATH_MAX];
	enum err_code code;

	*ret = NULL;
	if (strcmp(dir, "none") == 0)
		return ERR_OK;
	if (!dir[0]) {
		if (!installed_dir(found, sizeof(found)))
			return ERR_OK;
		dir = found;
	}
	code = http_static_load(dir, ret, err);
	if (code == ERR_OK)
		log_info("console", "dir=%s files=%zu", log_quote(dir), http_static_count(*ret));
	return code;
}

struct http_route *console_routes(const struct http_static *console, struct http_route *rows,
				  size_t *count)
{
	size_t more = console ? http_static_count(console) : 0;

	if (more == 0)
		return rows;
	rows = xrealloc(rows, (*count + more) * sizeof(*rows));
	http_static_routes(console, rows + *count);
	*count += more;
	return rows;
}
