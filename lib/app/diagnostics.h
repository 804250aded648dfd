/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Health of every part of the installation, as an administrator or a leader looks at it; the certificates with the days
 * they have left. Counts only: nothing of any matter.
 *
 * A part is ok, warn (look at it in the next days), bad (look at it now) or off (not configured). `ipcasectl check` looks deeper
 * (walls, every content); this is what can be told while the daemon works, in a second.
 *
 * Thread rule: struct health is the process's, its pulses are atomic; everything else on the owner loop. */
#ifndef APP_DIAGNOSTICS_H
#define APP_DIAGNOSTICS_H

#include "app/app.h"

/* Jobs that run by themselves. */
enum pulse { PULSE_UPLOADS, PULSE_STOPS, PULSE_DIGEST, PULSE_COUNT };

struct health {
	instant_t started_at;
	int64_t pulse_at[PULSE_COUNT];    /* instants, 0: not yet; atomic */
	int64_t pulse_every_ms[PULSE_COUNT]; /* 0: it does not run here; set before the workers run */
};
void health_pulse(struct health *h, enum pulse p); /* it runs now; any thread */

enum health_state { HEALTH_OK, HEALTH_WARN, HEALTH_BAD, HEALTH_OFF };
const char *health_state_code(enum health_state s); /* "ok" */

struct diagnostic_part {
	const char *part, *zh, *message;
	enum health_state state;
	instant_t at, next_run; /* INSTANT_NONE: none */
};
struct diagnostic_certificate {
	const char *whose, *subject;
	enum health_state state;
	instant_t until; /* INSTANT_NONE: not known */
	int64_t days_left;
};

enum { DIAGNOSTIC_PARTS_MAX = 24 };
struct diagnostics_call {
	struct call call; /* first */
	/* out: until the task ends */
	struct diagnostic_part parts[DIAGNOSTIC_PARTS_MAX];
	size_t part_count;
	struct diagnostic_certificate *certificates; /* what ends first comes first */
	size_t certificate_count;
	enum health_state worst;
	/* inside */
	int64_t asked_us, took_us;
	instant_t now;
	int64_t room;           /* bytes, -1: no store */
	char tls_pem[16384];    /* "": none, or it cannot be read */
	size_t at_main, at_peers;
};
enum step diagnostics_ask(struct task *t);
enum step diagnostics_look(struct task *t);
enum step diagnostics_judge(struct task *t);
#define DIAGNOSTICS_STEPS \
	{ "diagnostics_ask", diagnostics_ask }, { "diagnostics_look", diagnostics_look }, \
	{ "diagnostics_judge", diagnostics_judge }

#endif
