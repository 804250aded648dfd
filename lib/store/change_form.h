/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * A case's part of a change that the report forms count: the member "form", read by form_mark_record()
 * (schema/migrations/0013_forms.sql). Pure. */
#ifndef STORE_CHANGE_FORM_H
#define STORE_CHANGE_FORM_H

#include "law/form_mark.h"
#include "store/change.h"

/* Does the act between these two change what a form may ask (or the names that the row carries), so that a new row of form_mark
 * begins? */
bool change_moves_form(const struct dossier *before, const struct dossier *after);
/* Writes the member "form". */
void change_write_form(struct json_writer *w, const struct change *c);

#endif
