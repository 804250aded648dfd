/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the files of `ipcase handoff` share.
 */
#ifndef IPCASE_HANDOFF_H
#define IPCASE_HANDOFF_H

#include "client.h"

struct crypto_trust;
struct stub_input;

/* The channels, for `help channels`. */
void handoff_print_channels(void);
/* The first twelve hex digits of "sha256:..." or of plain hex. */
struct sv handoff_short_digest(struct sv digest);
/* False when it is none. */
bool handoff_base64(struct arena *arena, struct sv text, struct sv *ret);
/* Certificates of all --trust, for `verify` too; NULL in *ret without one. The caller frees, on failure too. */
enum exit_code handoff_trust(struct client *c, const struct args *args, struct crypto_trust **ret);

/* cmd_handoff_stub.c: the printed receipt of hand-over `id`, appended to *pdf. CLI_REFUSED, "wrong-state", when there is
 * nothing to receive yet. */
enum exit_code handoff_stub_pdf(struct client *c, const char *id, struct str *pdf);

/* cmd_handoff_export.c: a whole file that appears complete or not at all. */
enum exit_code handoff_write_file(struct client *c, const char *path, const void *bytes, size_t n);

#endif
