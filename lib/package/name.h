/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Names of files in packages: made safe when we write, checked when we read.
 *
 * A path is relative, separated by "/", and is compared by its bytes. Ours are NFC and hold
 * none of \ : * ? " < > | %, no control or invisible character, and no segment that begins or
 * ends with a dot or a blank, so that they mean the same on every system and disc. (% is out
 * because BagIt would have to escape it, and sha256sum would not understand that.)
 * Pure functions, any thread.
 */
#ifndef PACKAGE_NAME_H
#define PACKAGE_NAME_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum {
	NAME_SEGMENT_MAX = 200, /* bytes */
	NAME_PATH_MAX = 1000,   /* bytes */
	NAME_DEPTH_MAX = 16,    /* segments */
};

/* One safe segment from a title, a number or an uploaded file's name; `fallback` when nothing
 * of it remains. Too long a text is cut before its extension. The same text always gives the
 * same name. NULL when `text` is no UTF-8 or the arena is full. */
char *name_safe(struct arena *a, struct sv text, const char *fallback) MUST_USE;
/* The extension of a file name with its dot, e.g. ".pdf"; "" when there is none. */
struct sv name_extension(struct sv name);

/* Order of the bytes; of one that begins with the other the shorter is first. */
int name_compare(struct sv a, struct sv b);

enum name_rules {
	NAME_ANY, /* whatever cannot leave the folder */
	NAME_OURS /* our own, as above */
};

/* ERR_INVALID with a rule that begins with "path-": absolute, drive, climbs, dot (a segment that
 * is "." or empty), backslash, nul, control, utf8, shortcut (a leading ~), too-long, too-deep;
 * with NAME_OURS also nfc, invisible, character, edge (dot or blank), reserved. */
enum err_code name_check(struct sv path, enum name_rules rules, struct err *err) MUST_USE;

struct name_entry {
	struct sv path;
	bool is_folder;
};
/* No two paths, and no two of the folders above them, may be equal after NFC and case folding,
 * and none may be both a file and a folder: ERR_INVALID "path-duplicate" (the same bytes) or
 * "path-collision" (only for a file system that ignores case or form). A folder may be listed
 * once and be implied by any number of paths. */
enum err_code name_check_collisions(struct arena *a, const struct name_entry *entries, size_t count,
				    struct err *err) MUST_USE;

/* A copy for messages: control characters and what is no UTF-8 become "?", a long text keeps
 * its end. */
struct name_shown {
	char text[200];
};
struct name_shown name_show(struct sv text);
#define NAME_SHOW(v) (name_show(v).text)

#endif
