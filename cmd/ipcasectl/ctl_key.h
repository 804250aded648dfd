/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Keys of organs as files: what the parts of `ipcasectl key` share, and keys for the demonstration. */
#ifndef IPCASECTL_CTL_KEY_H
#define IPCASECTL_CTL_KEY_H

#include "ctl.h"

#include "base/err.h"

enum { KEY_PATH_SIZE = 4096 };

struct ctl_key_organ {
	const char *code, *name;
};

/* A CA in DIR/ca, a key and certificate in DIR for each organ, DIR/trust/ca.pem: for trials only, valid since
 * more than a year and for ten. Leaves alone what is there and fits. False after saying why. */
bool ctl_key_demo(const char *dir, const struct ctl_key_organ *organs, size_t n) MUST_USE;

/* `key show` and `key check` (ctl_key_check.c); exit codes. */
int key_show_file(const char *path);
int key_show_folder(const char *dir);
int key_check_folder(const char *dir);

/* Message and detail to standard error; returns false. */
bool key_say(const struct err *err);
/* "DIR/NAME"; false after saying that it is too long. */
bool key_path(char path[KEY_PATH_SIZE], const char *dir, const char *name) MUST_USE;
bool key_read(const char *path, struct str *ret) MUST_USE; /* false after saying why */

#endif
