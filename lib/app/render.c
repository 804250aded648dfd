/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/render.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/material_job.h"
#include "base/clock.h"
#include "base/log.h"
#include "crypto/crypto.h"
#include "store/spool.h"

enum { PATH_BYTES = 4096, LOOK_MS = 10, WORDS_BYTES = 400, CHILD_CPU_S = 120, CHILD_NICE = 10, COPY_BYTES = 1 << 20 };
#ifdef __SANITIZE_ADDRESS__ /* it reserves terabytes */
#define CHILD_MEMORY_BYTES RLIM_INFINITY
#else
#define CHILD_MEMORY_BYTES ((rlim_t)2 << 30)
#endif
#define CHILD_FILE_BYTES ((rlim_t)1 << 30)

#define DOCUMENT "document.json"
#define WORDS "words.txt" /* what the child said */

struct render {
	struct offload *pool;
	bool stop; /* atomic */
	char program[PATH_BYTES];
};

struct render_file {
	int fd;
	uint64_t size, at;
};

static const struct {
	const char *words[4]; /* of the command line, "only" last */
	const char *file, *suffix, *type;
} kinds[] = {
	[RENDER_AUDIT_CSV] = { { "audit", "render", "--only", "csv" }, "audit.csv", "csv", "text/csv; charset=utf-8" },
	[RENDER_AUDIT_XLSX] = { { "audit", "render", "--only", "xlsx" }, "audit.xlsx", "xlsx",
				"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	[RENDER_AUDIT_PDF] = { { "audit", "render", "--only", "pdf" }, "audit.pdf", "pdf", "application/pdf" },
	[RENDER_FORM_XLSX] = { { "forms", "render", NULL, NULL }, "form.xlsx", "xlsx",
			       "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
};

const char *render_media_type(enum render_kind kind)
{
	return kinds[kind].type;
}

const char *render_suffix(enum render_kind kind)
{
	return kinds[kind].suffix;
}

/* ---- the process's own ---- */

struct render *render_new(void)
{
	struct render *r = xcalloc(1, sizeof(*r));
	char self[PATH_BYTES];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	char *slash = strrchr(self, '/');
	if (slash) {
		*slash = '\0';
		if (snprintf(r->program, sizeof(r->program), "%s/ipcase", self) >= (int)sizeof(r->program))
			r->program[0] = '\0';
	}
	r->pool = offload_new("render", 1, RENDER_QUEUE);
	return r;
}

bool render_is_ready(const struct render *r)
{
	return access(r->program, X_OK) == 0;
}

void render_free(struct render *r)
{
	if (!r)
		return;
	__atomic_store_n(&r->stop, true, __ATOMIC_RELAXED);
	offload_free(r->pool);
	free(r);
}

/* ---- the child ---- */

/* Between fork() and exec: only what is safe there, and no return. */
static void become(const struct render *r, enum render_kind kind, int folder, int words, int nothing)
{
	static const char score[] = "1000";
	static char *const environment[] = { (char *)(uintptr_t)"PATH=/usr/bin:/bin", (char *)(uintptr_t)"LC_ALL=C.UTF-8",
					     (char *)(uintptr_t)"HOME=/nonexistent", (char *)(uintptr_t)"TMPDIR=.",
#ifdef __SANITIZE_ADDRESS__ /* Cairo and fontconfig keep what they have */
					     (char *)(uintptr_t)"ASAN_OPTIONS=detect_leaks=0",
#endif
					     NULL };
	const char *const *more = kinds[kind].words;
	const char *argv[] = { "ipcase", more[0], more[1], DOCUMENT, "--out", ".", more[2], more[3], NULL };
	const struct rlimit memory = { CHILD_MEMORY_BYTES, CHILD_MEMORY_BYTES }, file = { CHILD_FILE_BYTES, CHILD_FILE_BYTES };
	const struct rlimit cpu = { CHILD_CPU_S, CHILD_CPU_S }, core = { 0, 0 };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* The daemon is worth more than a file; it may have ended already. */
	int oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (oom >= 0 && write(oom, score, sizeof(score) - 1) < 0) {
		/* not allowed: then not */
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (setrlimit(RLIMIT_AS, &memory) != 0 || setrlimit(RLIMIT_FSIZE, &file) != 0 || setrlimit(RLIMIT_CPU, &cpu) != 0 ||
	    setrlimit(RLIMIT_CORE, &core) != 0 || setpriority(PRIO_PROCESS, 0, CHILD_NICE) != 0 || fchdir(folder) != 0 ||
	    dup2(nothing, 0) < 0 || dup2(words, 1) < 0 || dup2(words, 2) < 0)
		_exit(126);
	close_range(3, ~0u, 0);
	execve(r->program, (char *const *)(uintptr_t)argv, environment);
	_exit(127);
}

/* Until it has ended, or its time is over. The status as waitpid() gives it; -1: it was killed here. */
static int wait_for(const struct render *r, pid_t child)
{
	int64_t until = clock_mono_us() + (int64_t)RENDER_TIMEOUT_MS * 1000;
	const struct timespec look = { .tv_nsec = LOOK_MS * 1000 * 1000 };
	int status = 0;

	for (;;) {
		pid_t got = waitpid(child, &status, WNOHANG);
		if (got == child)
			return status;
		bool over = clock_mono_us() > until || __atomic_load_n(&r->stop, __ATOMIC_RELAXED);
		if (over || (got < 0 && errno != EINTR)) {
			kill(child, SIGKILL);
			while (waitpid(child, &status, 0) < 0 && errno == EINTR)
				continue;
			return -1;
		}
		nanosleep(&look, NULL);
	}
}

/* What it said, for the log: one line. */
static void read_words(int words, char ret[WORDS_BYTES])
{
	ssize_t n = pread(words, ret, WORDS_BYTES - 1, 0);

	ret[n > 0 ? n : 0] = '\0';
}

static enum err_code run_child(const struct render *r, enum render_kind kind, int folder, struct err *err)
{
	int words = openat(folder, WORDS, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char said[WORDS_BYTES] = "";
	enum err_code code = ERR_OK;
	pid_t child = words >= 0 && nothing >= 0 ? fork() : -1;

	if (child == 0)
		become(r, kind, folder, words, nothing);
	int status = child > 0 ? wait_for(r, child) : 0;
	if (words >= 0)
		read_words(words, said);
	if (child < 0)
		code = err_set(err, ERR_INTERNAL, "render-failed", "文件没有生成：%s", strerror(errno));
	else if (status == -1)
		code = err_set(err, ERR_TIMEOUT, "render-timeout", "文件在 %d 秒内没有生成，请稍后再试", RENDER_TIMEOUT_MS / 1000);
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		code = err_set(err, ERR_INTERNAL, "render-failed", "文件没有生成，请联系系统管理员");
	if (code != ERR_OK)
		log_error("render_failed", "kind=%s status=%d said=%s", kinds[kind].file, status, log_quote(said));
	if (words >= 0)
		close(words);
	if (nothing >= 0)
		close(nothing);
	return code;
}

/* ---- one file ---- */

struct render_job {
	struct material_job job; /* first */
	struct render *render;
	enum render_kind kind;
	char sha256[CONTENT_NAME_SIZE]; /* "": the text */
	char *text;
	size_t text_size;
	struct render_file *file;
	struct render_file **ret; /* in the task's memory */
};

static enum err_code write_failed(struct err *err)
{
	log_error("render_failed", "reason=%s", log_quote(strerror(errno)));
	return err_set(err, errno == ENOSPC ? ERR_NO_SPACE : ERR_IO, errno == ENOSPC ? "storage-full" : "storage-failed",
		       "材料库写不进去，文件没有生成");
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t put = write(fd, p, n);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return false;
		p += put;
		n -= (size_t)put;
	}
	return true;
}

/* Copied, not linked: the digest is judged on the way, and the child sees the very bytes. */
static enum err_code copy_content(const struct render_job *j, int to, struct err *err)
{
	struct crypto_digest *digest = crypto_digest_new();
	uint8_t got[CRYPTO_SHA256_SIZE];
	char hex[CONTENT_NAME_SIZE];
	char *piece = xmalloc(COPY_BYTES);
	uint64_t size;
	int from = -1;
	enum err_code code = content_read(j->job.store, j->sha256, &from, &size, err);

	for (ssize_t n = 1; code == ERR_OK && n > 0;) {
		n = read(from, piece, COPY_BYTES);
		if (n > 0) {
			crypto_digest_update(digest, piece, (size_t)n);
			if (!write_all(to, piece, (size_t)n))
				code = write_failed(err);
		} else if (n < 0 && errno == EINTR) {
			n = 1;
		} else if (n < 0) {
			code = err_set(err, ERR_IO, "storage-failed", "统计文件读不出来，请联系系统管理员");
		}
	}
	crypto_digest_finish(digest, got);
	crypto_hex(got, sizeof(got), hex);
	if (code == ERR_NOT_FOUND) /* the row is there: it is not the reader's mistake */
		code = err->code = ERR_IO;
	if (code == ERR_OK && strcmp(hex, j->sha256) != 0) {
		log_error("content_altered", "sha256=%s", j->sha256);
		code = err_set(err, ERR_IO, "content-altered", "统计文件的内容与登记的摘要不符，已不可用，请联系系统管理员");
	}
	if (from >= 0)
		close(from);
	free(piece);
	return code;
}

static enum err_code write_document(const struct render_job *j, int folder, struct err *err)
{
	int fd = openat(folder, DOCUMENT, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum err_code code = ERR_OK;

	if (fd < 0)
		return write_failed(err);
	if (j->sha256[0])
		code = copy_content(j, fd, err);
	else if (!write_all(fd, j->text, j->text_size))
		code = write_failed(err);
	close(fd);
	return code;
}

static enum err_code take_file(struct render_job *j, int folder, struct err *err)
{
	struct stat st;
	int fd = openat(folder, kinds[j->kind].file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		if (fd >= 0)
			close(fd);
		return err_set(err, ERR_INTERNAL, "render-failed", "文件没有生成，请联系系统管理员");
	}
	j->file = xcalloc(1, sizeof(*j->file));
	*j->file = (struct render_file){ .fd = fd, .size = (uint64_t)st.st_size };
	return ERR_OK;
}

static void render_work(void *arg)
{
	struct render_job *j = arg;
	struct err *err = &j->job.err;
	char name[40];
	int folder = -1;

	if (!render_is_ready(j->render)) {
		j->job.code = err_set(err, ERR_WRONG_STATE, "renderer-missing", "服务器上没有生成文件的程序 ipcase，请联系系统管理员");
		return;
	}
	if ((j->job.code = spool_folder(j->job.store, name, &folder, err)) != ERR_OK)
		return;
	if ((j->job.code = write_document(j, folder, err)) == ERR_OK &&
	    (j->job.code = run_child(j->render, j->kind, folder, err)) == ERR_OK)
		j->job.code = take_file(j, folder, err);
	close(folder);
	spool_folder_remove(j->job.store, name);
}

static void file_ended(void *arg)
{
	struct render_file **file = arg;

	render_file_close(*file);
	*file = NULL;
}

static void render_keep(void *arg, struct task *t)
{
	struct render_job *j = arg;

	*j->ret = j->file;
	j->file = NULL;
	task_on_end(t, file_ended, j->ret);
}

static void render_release(void *arg)
{
	struct render_job *j = arg;

	render_file_close(j->file);
	free(j->text);
	free(j);
}

enum step render_start(struct task *t, const struct render_input *in, struct render_file **ret)
{
	const struct call *call = task_ctx(t);
	struct render_job *j = material_job_new(t, sizeof(*j));

	*ret = NULL;
	if (!j)
		return STEP_FAIL;
	j->render = call->app->render;
	j->kind = in->kind;
	j->ret = ret;
	if (in->sha256) {
		snprintf(j->sha256, sizeof(j->sha256), "%s", in->sha256);
	} else {
		j->text = xmalloc(in->text.n + 1);
		memcpy(j->text, in->text.p, in->text.n);
		j->text_size = in->text.n;
	}
	j->job.pool = j->render->pool;
	j->job.work = render_work;
	j->job.keep = render_keep;
	j->job.release = render_release;
	enum step step = material_job_start(t, j);
	if (step == STEP_FAIL)
		return task_fail(t, ERR_BUSY, "render-busy", "正在生成的文件太多，请稍后再试");
	return step;
}

/* ---- the file ---- */

uint64_t render_file_size(const struct render_file *f)
{
	return f->size;
}

bool render_file_read(void *arg, void *p, size_t n)
{
	struct render_file *f = arg;

	for (size_t got = 0; got < n;) {
		ssize_t more = pread(f->fd, (char *)p + got, n - got, (off_t)f->at);
		if (more < 0 && errno == EINTR)
			continue;
		if (more <= 0)
			return false;
		got += (size_t)more;
		f->at += (uint64_t)more;
	}
	return true;
}

void render_file_close(void *arg)
{
	struct render_file *f = arg;

	if (!f)
		return;
	close(f->fd);
	free(f);
}
