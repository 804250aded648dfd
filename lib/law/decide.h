/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The inside of deciding, shared by decide.c (may this be done?) and next.c (what may be done?). */
#ifndef LAW_DECIDE_H
#define LAW_DECIDE_H

#include "law/apply.h"

/* May an account with these roles do this stage of the row on this copy? ERR_FORBIDDEN when not. */
enum err_code decide_role(const struct dossier *d, const struct act_input *in, struct err *err) MUST_USE;
/* Does this request wait for this stage of the row? */
bool decide_waits(const struct request *r, const struct act_row *row, enum stage stage);
/* The act's payload with what was requested, and the facts as they would be after it. */
enum err_code decide_gather(const struct dossier *d, const struct act_input *in, const struct request *request,
			    struct arena *arena, struct facts *payload, struct facts *merged, struct err *err) MUST_USE;

#endif
