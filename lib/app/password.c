/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/password.h"

#include <stdlib.h>

#include "base/text.h"

/* The offload pool's own copy of everything: the task may end while it works. */
struct job {
	struct task_ref task;
	char *password;
	size_t password_len;
	char *stored; /* NULL: no such account */
	bool good;
	char hash[CRYPTO_PASSWORD_SIZE];
	bool *ret_good; /* in the task's memory: only while it lives */
	char *ret_hash;
};

static void job_free(struct job *job)
{
	crypto_wipe(job->password, job->password_len);
	free(job->password);
	free(job->stored);
	crypto_wipe(job, sizeof(*job));
	free(job);
}

static void check_work(void *arg)
{
	struct job *job = arg;
	struct sv password = { job->password, job->password_len };

	job->good = crypto_password_verify(job->stored ? job->stored : crypto_password_decoy(), password) &&
		    job->stored != NULL;
}

static void hash_work(void *arg)
{
	struct job *job = arg;

	if (crypto_password_hash((struct sv){ job->password, job->password_len }, job->hash) != ERR_OK)
		job->hash[0] = '\0';
}

static void done(void *arg)
{
	struct job *job = arg;
	struct task *t = task_ref_get(job->task);

	if (t) {
		if (job->ret_good)
			*job->ret_good = job->good;
		if (job->ret_hash)
			memcpy(job->ret_hash, job->hash, sizeof(job->hash));
		task_resume(t);
	}
	job_free(job);
}

static enum step submit(struct task *t, struct job *job, struct sv password, loop_fn *work)
{
	const struct call *call = task_ctx(t);

	job->task = task_ref(t);
	job->password = xstrndup(password.p, password.n);
	job->password_len = password.n;
	if (offload_submit(call->app->offload, work, done, job, call->app->loop))
		return STEP_WAIT;
	job_free(job);
	return task_fail(t, ERR_BUSY, "login-busy", "登录请求过多，请稍后再试");
}

enum step password_check(struct task *t, const char *stored, struct sv typed, bool *ret_good)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->stored = stored ? xstrdup(stored) : NULL;
	job->ret_good = ret_good;
	return submit(t, job, typed, check_work);
}

enum step password_hash(struct task *t, struct sv fresh, char ret_hash[CRYPTO_PASSWORD_SIZE])
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->ret_hash = ret_hash;
	return submit(t, job, fresh, hash_work);
}

enum err_code password_rules(struct sv fresh, struct sv account, const char *field, struct err *err)
{
	size_t chars = text_count_chars(fresh);
	const char *message = NULL;

	if (chars < PASSWORD_MIN_CHARS || chars > PASSWORD_MAX_CHARS)
		message = "密码须有 8 到 200 个字符";
	else if (account.p && sv_eq(fresh, account))
		message = "密码不能与账号相同";
	if (!message)
		return ERR_OK;
	err_set(err, ERR_INVALID, "password-rule", "%s", message);
	err_field(err, "%s", field);
	return ERR_INVALID;
}
