/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Listening sockets. One is bound per address and shared by all loops through dup();
 * TCP_NODELAY and keepalive are inherited by what is accepted.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "http/http_internal.h"

enum { BACKLOG = 1024 };

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

/* --- parsing --------------------------------------------------------------- */

static enum err_code bad_address(const char *text, struct err *err)
{
	return err_set(err, ERR_INVALID, "address",
		       "监听地址 %s 无法解析，应为 主机:端口、[IPv6]:端口 或 unix:/路径", text);
}

static bool parse_port(const char *text, uint16_t *ret)
{
	int64_t n;

	if (!sv_to_i64(sv_of(text), &n) || n < 0 || n > 65535)
		return false;
	*ret = (uint16_t)n;
	return true;
}

static enum err_code parse_inet(const char *text, union address *ret, socklen_t *ret_n,
				struct err *err)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	uint16_t port;

	if (!colon || n == 0 || n >= sizeof(host) || !parse_port(colon + 1, &port))
		return bad_address(text, err);
	memcpy(host, text, n);
	host[n] = '\0';
	memset(ret, 0, sizeof(*ret));
	if (host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons(port);
		*ret_n = sizeof(ret->v6);
		if (inet_pton(AF_INET6, host + 1, &ret->v6.sin6_addr) == 1)
			return ERR_OK;
		return bad_address(text, err);
	}
	if (strcmp(host, "localhost") == 0)
		snprintf(host, sizeof(host), "127.0.0.1");
	if (strcmp(host, "*") == 0)
		snprintf(host, sizeof(host), "0.0.0.0");
	ret->v4.sin_family = AF_INET;
	ret->v4.sin_port = htons(port);
	*ret_n = sizeof(ret->v4);
	if (inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1)
		return ERR_OK;
	return bad_address(text, err);
}

static enum err_code parse_local(const char *path, union address *ret, socklen_t *ret_n,
				 struct err *err)
{
	size_t n = strlen(path);

	memset(ret, 0, sizeof(*ret));
	if (path[0] != '/' || n >= sizeof(ret->local.sun_path))
		return err_set(err, ERR_INVALID, "address",
			       "套接字路径 %s 必须是绝对路径且不超过 %zu 字节", path,
			       sizeof(ret->local.sun_path) - 1);
	ret->local.sun_family = AF_UNIX;
	memcpy(ret->local.sun_path, path, n + 1);
	*ret_n = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
	return ERR_OK;
}

static bool is_private(const union address *a)
{
	if (a->any.sa_family == AF_UNIX)
		return true;
	if (a->any.sa_family == AF_INET)
		return (ntohl(a->v4.sin_addr.s_addr) >> 24) == 127;
	return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
}

/* --- binding --------------------------------------------------------------- */

static enum err_code io_error(const char *what, const char *address, struct err *err)
{
	return err_set(err, ERR_IO, "listen", "无法%s %s：%s", what, address, strerror(errno));
}

/* A socket file nobody listens on may go; anything else stays. */
static enum err_code clear_stale(const union address *a, socklen_t n, struct err *err)
{
	const char *path = a->local.sun_path;
	struct stat st;
	int fd, refused;

	if (lstat(path, &st) != 0)
		return ERR_OK;
	if (!S_ISSOCK(st.st_mode))
		return err_set(err, ERR_IO, "listen", "%s 已存在且不是套接字", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return io_error("检查", path, err);
	refused = connect(fd, &a->any, n) != 0 && errno == ECONNREFUSED;
	close(fd);
	if (!refused)
		return err_set(err, ERR_IO, "listen", "%s 正被另一进程使用", path);
	if (unlink(path) != 0)
		return io_error("删除", path, err);
	return ERR_OK;
}

static int open_socket(const union address *a, socklen_t n)
{
	int fd = socket(a->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1;
	int rc;

	if (fd < 0)
		return -1;
	if (a->any.sa_family == AF_UNIX) {
		mode_t old = umask(0117); /* the file is born with mode 0660 */

		rc = bind(fd, &a->any, n);
		umask(old);
	} else {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		/* Without it a TLS reply waits 40 ms for a delayed ACK. */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (a->any.sa_family == AF_INET6)
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
		rc = bind(fd, &a->any, n);
	}
	if (rc != 0 || listen(fd, BACKLOG) != 0) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* With port 0 the kernel chose one. */
static void describe(struct http_listener *l, const char *address)
{
	union address a;
	socklen_t n = sizeof(a);
	char host[INET6_ADDRSTRLEN] = "";

	if (l->path || getsockname(l->fd, &a.any, &n) != 0) {
		snprintf(l->address, sizeof(l->address), "%s", address);
	} else if (a.any.sa_family == AF_INET) {
		inet_ntop(AF_INET, &a.v4.sin_addr, host, sizeof(host));
		snprintf(l->address, sizeof(l->address), "%s:%u", host, ntohs(a.v4.sin_port));
	} else {
		inet_ntop(AF_INET6, &a.v6.sin6_addr, host, sizeof(host));
		snprintf(l->address, sizeof(l->address), "[%s]:%u", host,
			 ntohs(a.v6.sin6_port));
	}
}

enum err_code http_listen(const char *address, bool tls, struct http_listener **ret,
			  struct err *err)
{
	bool local = strncmp(address, "unix:", 5) == 0;
	struct http_listener *l;
	union address a;
	socklen_t n = 0;
	enum err_code code;
	int fd;

	code = local ? parse_local(address + 5, &a, &n, err) : parse_inet(address, &a, &n, err);
	if (code != ERR_OK)
		return code;
	if (!tls && !is_private(&a)) {
		err_set(err, ERR_INVALID, "tls-required",
			"未配置 TLS 时只能监听回环地址或 Unix 套接字，不能监听 %s", address);
		err_detail(err, "请配置证书，或监听 127.0.0.1 并由前置代理对外提供服务。");
		return ERR_INVALID;
	}
	if (local && (code = clear_stale(&a, n, err)) != ERR_OK)
		return code;
	fd = open_socket(&a, n);
	if (fd < 0)
		return io_error("监听", address, err);
	l = xcalloc(1, sizeof(*l));
	l->fd = fd;
	l->tls = tls;
	l->path = local ? xstrdup(address + 5) : NULL;
	describe(l, address);
	*ret = l;
	return ERR_OK;
}

const char *http_listener_address(const struct http_listener *listener)
{
	return listener->address;
}

void http_listener_free(struct http_listener *listener)
{
	if (!listener)
		return;
	close(listener->fd);
	if (listener->path)
		unlink(listener->path);
	free(listener->path);
	free(listener);
}
