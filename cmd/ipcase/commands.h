/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The commands, one function each; the table with their usage is in main.c.
 */
#ifndef IPCASE_COMMANDS_H
#define IPCASE_COMMANDS_H

#include "args.h"

extern const struct command commands[];

enum exit_code cmd_login(struct client *c, const struct args *args);
enum exit_code cmd_logout(struct client *c, const struct args *args);
enum exit_code cmd_whoami(struct client *c, const struct args *args);

enum exit_code cmd_queue(struct client *c, const struct args *args);
enum exit_code cmd_search(struct client *c, const struct args *args);
enum exit_code cmd_clue_list(struct client *c, const struct args *args);
enum exit_code cmd_case_list(struct client *c, const struct args *args);
enum exit_code cmd_campaigns(struct client *c, const struct args *args);
enum exit_code cmd_units(struct client *c, const struct args *args);

/* For every kind of matter, see matter.h. */
enum exit_code cmd_matter_show(struct client *c, const struct args *args);
enum exit_code cmd_matter_next(struct client *c, const struct args *args);
enum exit_code cmd_matter_do(struct client *c, const struct args *args);
enum exit_code cmd_matter_timeline(struct client *c, const struct args *args);
enum exit_code cmd_matter_clocks(struct client *c, const struct args *args);

enum exit_code cmd_clue_new(struct client *c, const struct args *args);
enum exit_code cmd_case_new(struct client *c, const struct args *args);

enum exit_code cmd_handoff_list(struct client *c, const struct args *args);
enum exit_code cmd_handoff_new(struct client *c, const struct args *args);
enum exit_code cmd_handoff_do(struct client *c, const struct args *args);
enum exit_code cmd_handoff_thread(struct client *c, const struct args *args);
enum exit_code cmd_handoff_stub(struct client *c, const struct args *args);
enum exit_code cmd_handoff_export(struct client *c, const struct args *args);
enum exit_code cmd_handoff_import(struct client *c, const struct args *args);
enum exit_code cmd_handoff_organs(struct client *c, const struct args *args);
enum exit_code cmd_handoff_quarantine(struct client *c, const struct args *args);

enum exit_code cmd_disclosure_list(struct client *c, const struct args *args);
enum exit_code cmd_disclosure_new(struct client *c, const struct args *args);
enum exit_code cmd_disclosure_do(struct client *c, const struct args *args);
enum exit_code cmd_disclosure_preview(struct client *c, const struct args *args);

enum exit_code cmd_material_add(struct client *c, const struct args *args);
enum exit_code cmd_material_list(struct client *c, const struct args *args);
enum exit_code cmd_material_get(struct client *c, const struct args *args);
enum exit_code cmd_item_list(struct client *c, const struct args *args);

enum exit_code cmd_rates(struct client *c, const struct args *args);
enum exit_code cmd_audit(struct client *c, const struct args *args);
enum exit_code cmd_audit_submit(struct client *c, const struct args *args);
enum exit_code cmd_audit_list(struct client *c, const struct args *args);
enum exit_code cmd_audit_show(struct client *c, const struct args *args);
enum exit_code cmd_audit_diff(struct client *c, const struct args *args);
enum exit_code cmd_audit_render(struct client *c, const struct args *args);
enum exit_code cmd_forms_render(struct client *c, const struct args *args);
enum exit_code cmd_warning(struct client *c, const struct args *args);
enum exit_code cmd_shuanggongshi(struct client *c, const struct args *args);
enum exit_code cmd_forms_list(struct client *c, const struct args *args);
enum exit_code cmd_forms_fill(struct client *c, const struct args *args);
enum exit_code cmd_forms_enter(struct client *c, const struct args *args);
enum exit_code cmd_forms_entries(struct client *c, const struct args *args);
enum exit_code cmd_import(struct client *c, const struct args *args);
enum exit_code cmd_export(struct client *c, const struct args *args);
enum exit_code cmd_verify(struct client *c, const struct args *args);
enum exit_code cmd_help(struct client *c, const struct args *args);

/* help.c: used before a client exists */
void help_overview(void);
void help_group(const char *group);
void help_command(const struct command *command);

#endif
