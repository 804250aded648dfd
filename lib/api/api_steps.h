/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * What the files of resources give to the route table: steps and fields of their routes, in one place so that
 * api_routes.c reads as a list. Nobody else includes this. */
#ifndef API_API_STEPS_H
#define API_API_STEPS_H

#include "api/api.h"

/* api_session.c */
extern const struct api_field fields_session_open[], fields_passwd[];
extern const struct task_step steps_session_open[], steps_session_close[], steps_me[], steps_passwd[];
extern const struct task_step steps_sessions[], steps_session_end[], steps_sessions_end[];

/* api_totp.c */
extern const struct api_field fields_totp_begin[], fields_totp_confirm[], fields_totp_remove[];
extern const struct task_step steps_totp[], steps_totp_begin[], steps_totp_confirm[], steps_totp_remove[];

/* api_matter.c */
extern const struct api_field fields_timeline[];
extern const struct task_step steps_clue_get[], steps_case_get[], steps_matter_get[];
extern const struct task_step steps_clue_acts[], steps_case_acts[];
extern const struct task_step steps_clue_clocks[], steps_case_clocks[];

/* api_next.c */
extern const struct api_field fields_handoff_new[], fields_disclosure_new[];
extern const struct task_step steps_clue_next[], steps_case_next[], steps_handoff_next[], steps_disclosure_next[];
extern const struct task_step steps_clue_new[], steps_case_new[], steps_handoff_new[], steps_disclosure_new[];

/* api_act.c */
extern const struct api_field fields_clue_create[], fields_case_create[], fields_act[];
extern const struct task_step steps_clue_create[], steps_case_create[], steps_clue_act[], steps_case_act[];

/* Kinds of hand-overs: PROCEDURE_C1 ... */
#define API_CHANNELS "c1|c2|c3|c4|c5|c6|c7|c8|c9"
extern const struct api_field fields_handoff_create[];
extern const struct task_step steps_handoff_create[], steps_handoff_act[];
extern const struct task_step steps_handoff_acts[], steps_handoff_clocks[];

/* api_handoff.c */
extern const struct api_field fields_handoffs[], fields_quarantine[];
extern const struct task_step steps_handoff_list[], steps_handoff_get[], steps_handoff_thread[], steps_peers[],
	steps_quarantine[];

/* api_disclosure.c; acts and parts of reading in api_act.c and api_matter.c */
extern const struct api_field fields_disclosures[], fields_disclosure_create[], fields_preview[];
extern const struct task_step steps_disclosure_list[], steps_disclosure_get[], steps_disclosure_create[],
	steps_disclosure_act[], steps_disclosure_acts[], steps_disclosure_clocks[], steps_preview[],
	steps_preview_cuts[];

/* api_handoff_file.c */
extern const struct api_field fields_inbox_upload[], fields_inbox_part[], fields_inbox[];
extern const struct task_step steps_handoff_package[], steps_handoff_export[], steps_inbox_upload[], steps_inbox_part[],
	steps_inbox[];

/* api_material.c */
extern const struct api_field fields_upload_open[], fields_upload_finish[];
extern const struct task_step steps_clue_upload[], steps_case_upload[], steps_handoff_upload[];
extern const struct task_step steps_upload_chunk[], steps_upload_show[], steps_upload_finish[], steps_upload_drop[];
extern const struct task_step steps_clue_materials[], steps_case_materials[], steps_handoff_materials[];
extern const struct task_step steps_clue_material[], steps_case_material[], steps_handoff_material[];
extern const struct task_step steps_clue_items[], steps_case_items[];

/* api_events.c */
extern const struct api_field fields_events[];
extern const struct task_step steps_events[];

/* api_draft.c */
extern const struct api_field fields_draft_put[];
extern const struct task_step steps_drafts[], steps_draft_get[], steps_draft_put[], steps_draft_drop[];

/* api_party.c */
extern const struct api_field fields_parties[], fields_party_history[], fields_identifier[];
extern const struct task_step steps_parties[], steps_party_history[], steps_similar[], steps_identifier[];

/* api_queue.c */
extern const struct api_field fields_queue[], fields_search[], fields_find[];
extern const struct task_step steps_queue[], steps_search[], steps_queue_counts[], steps_find[];

enum step api_reply_matters(struct task *t); /* a task whose context begins with a struct queue_call */

/* api_overview.c */
extern const struct api_field fields_overview[], fields_overview_cases[];
extern const struct task_step steps_overview[], steps_overview_cases[];

/* api_rates.c */
extern const struct api_field fields_rates[];
extern const struct task_step steps_rates[];

/* api_audit.c */
extern const struct api_field fields_audit_open[], fields_audits[], fields_snapshots[];
extern const struct task_step steps_audit_open[], steps_audit_list[], steps_audit_show[], steps_audit_json[], steps_audit_csv[],
	steps_audit_xlsx[], steps_audit_pdf[], steps_audit_submit[], steps_snapshot_list[], steps_snapshot_show[],
	steps_snapshot_json[], steps_snapshot_csv[], steps_snapshot_xlsx[], steps_snapshot_pdf[], steps_snapshot_verify[],
	steps_snapshot_diff[];

/* api_warning.c */
extern const struct api_field fields_warnings[];
extern const struct task_step steps_warnings[];

/* api_shuanggongshi.c */
extern const struct api_field fields_sgs[], fields_sgs_batch[], fields_sgs_list[];
extern const struct task_step steps_sgs[], steps_sgs_batch[], steps_sgs_batches[], steps_sgs_batch_show[], steps_sgs_again[];

/* api_forms.c */
extern const struct api_field fields_form_fill[], fields_form_enter[], fields_form_history[];
extern const struct task_step steps_form_list[], steps_form_fill[], steps_form_cell[], steps_form_enter[],
	steps_form_history[], steps_form_xlsx[];

/* api_import.c */
extern const struct api_field fields_import_open[], fields_import_rows[], fields_import_page[];
extern const struct task_step steps_import_open[], steps_import_rows[], steps_import_show[], steps_import_page[];

/* api_admin.c */
extern const struct api_field fields_page[], fields_account_create[], fields_account_act[],
	fields_delegation_create[], fields_campaign_create[];
extern const struct task_step steps_unit_list[], steps_account_list[], steps_delegation_list[],
	steps_campaign_list[], steps_account_create[], steps_account_act[], steps_delegation_create[],
	steps_delegation_end[], steps_campaign_create[];

/* api_places.c */
extern const struct api_field fields_unit_create[], fields_unit_act[], fields_number_list[], fields_number_set[],
	fields_number_end[], fields_holidays[], fields_holidays_set[], fields_law_rows[];
extern const struct task_step steps_unit_create[], steps_unit_act[], steps_number_list[], steps_number_set[],
	steps_number_end[], steps_holidays[], steps_holidays_set[], steps_law_tables[], steps_law_rows[];

/* api_handoff_review.c */
extern const struct task_step steps_package_diff[], steps_checklist[];

/* api_diagnostics.c */
extern const struct task_step steps_diagnostics[];

/* api_system.c */
http_handler_fn api_handle_home, api_handle_livez, api_handle_readyz, api_handle_metrics, api_handle_openapi;

/* api_matter_json.c */
struct matter_view;
void api_write_matter(struct json_writer *w, struct arena *arena, const struct matter_view *v);
/* The same without the braces, for who has more to say. */
void api_write_matter_members(struct json_writer *w, struct arena *arena, const struct matter_view *v);
void api_write_clocks(struct json_writer *w, struct arena *arena, const struct matter_view *v);
void api_write_acts(struct json_writer *w, struct arena *arena, const struct matter_view *v);
/* {"account":"zhang","name":"张三"}; null when there is none. */
void api_write_person(struct json_writer *w, const char *key, const char *account, const char *name);
void api_write_roles(struct json_writer *w, const char *key, struct sv roles);

#endif
