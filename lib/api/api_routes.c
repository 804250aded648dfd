/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The routes. A new one is a row here, its fields and steps in the file of its resource, and, when it answers
 * something new, a schema in api_schema.c. The OpenAPI document follows by itself. */
#include "api/api_disclosure.h"
#include "api/api_handoff.h"
#include "api/api_public.h"
#include "app/act.h"
#include "app/admin.h"
#include "app/audit.h"
#include "app/diagnostics.h"
#include "app/draft.h"
#include "app/find.h"
#include "app/forms.h"
#include "app/handoff_review.h"
#include "app/overview.h"
#include "app/shuanggongshi.h"
#include "app/similar.h"
#include "app/warning.h"
#include "app/import.h"
#include "app/login.h"
#include "app/material.h"
#include "app/next.h"
#include "app/party.h"
#include "app/passwd.h"
#include "app/places.h"
#include "app/public.h"
#include "app/queue.h"
#include "app/rates.h"
#include "app/totp.h"
#include "app/view.h"

#define V1 "/api/v1"

enum { KIB = 1024, ADMIN = ROLE_ADMIN };

enum { CASE_PROCEDURES = 1u << PROCEDURE_ORDINARY | 1u << PROCEDURE_SUMMARY | 1u << PROCEDURE_BACK_ENTRY };
enum { CASE_WORKERS = ROLE_OFFICER | ROLE_CO_OFFICER | ROLE_CLERK | ROLE_UNIT_HEAD | ROLE_LEGAL_REVIEWER |
		      ROLES_LEADER | ROLE_CREDIT_CLERK,
       IMPORTERS = ROLE_OFFICER | ROLE_CLERK | ROLE_UNIT_HEAD,
       /* Who may bring what another organ sent on a disc. */
       RECEIVERS = IMPORTERS | ROLE_CO_OFFICER | ROLE_POLICE | ROLE_PROCURATORATE | ROLE_COURT };

/* The largest body a route takes whatever the configuration allows. */
enum { ACT_BODY = 1024 * KIB, SMALL_BODY = 16 * KIB, IMPORT_BODY = 64 * 1024 * KIB, CHUNK_BODY = 64 * 1024 * KIB,
       DRAFT_BODY = 300 * KIB };

#define GET_ROUTE(p, s, type, f, r, d) \
	{ .method = HTTP_GET, .pattern = V1 p, .context = sizeof(struct type), .steps = s, .fields = f, .reply = r, \
	  .status = 200, .doc = d }
#define SETUP_GET(p, s, type, r, d) \
	{ .method = HTTP_GET, .pattern = V1 p, .flags = API_ROUTE_SETUP, .context = sizeof(struct type), .steps = s, .reply = r, \
	  .status = 200, .doc = d }
#define POST_ROUTE(p, who, size, s, type, f, r, d) \
	{ .method = HTTP_POST, .pattern = V1 p, .roles = who, .body_max = size, .context = sizeof(struct type), \
	  .steps = s, .fields = f, .reply = r, .status = 201, .doc = d }
/* Who may is a matter of the act's own row. */
#define ACT_ROUTE(p, s, procedures, d) \
	{ .method = HTTP_POST, .pattern = V1 p, .body_max = ACT_BODY, .context = sizeof(struct act_call), .steps = s, \
	  .fields = fields_act, .acts = procedures, .reply = "ActReply", .status = 201, .doc = d }
/* The channels stand together. */
enum { HANDOFF_PROCEDURES = (1u << (PROCEDURE_C9 + 1)) - (1u << PROCEDURE_C1) };

#define FILE_ROUTE(p, s, type, d) \
	{ .method = HTTP_GET, .pattern = V1 p, .flags = API_ROUTE_SLOW | API_ROUTE_FILE, .context = sizeof(struct type), \
	  .steps = s, .status = 200, .doc = d }
#define SGS_GET(p, s, type, f, r, d) \
	{ .method = HTTP_GET, .pattern = V1 p, .flags = API_ROUTE_SLOW, \
	  .roles = ROLE_CREDIT_CLERK | ROLES_LEADER | ROLE_AUDITOR, .context = sizeof(struct type), .steps = s, .fields = f, \
	  .reply = r, .status = 200, .doc = d }
#define PLAIN_ROUTE(p, h, r, d) \
	{ .method = HTTP_GET, .pattern = p, .flags = API_ROUTE_PLAIN | API_ROUTE_OPEN, .handler = h, .reply = r, \
	  .status = 200, .doc = d }

#define PUBLIC_ROUTE(p, s, f, d) \
	{ .method = HTTP_GET, .pattern = p, .flags = API_ROUTE_OPEN, .context = sizeof(struct public_call), .steps = s, \
	  .fields = f, .status = 200, .doc = d }

const struct api_route api_routes[] = {
	/* sessions */
	{ .method = HTTP_POST, .pattern = V1 "/sessions", .flags = API_ROUTE_OPEN | API_ROUTE_NO_KEY,
	  .body_max = SMALL_BODY, .context = sizeof(struct login_call), .steps = steps_session_open,
	  .fields = fields_session_open, .reply = "Session", .status = 201, .doc = "登录" },
	{ .method = HTTP_DELETE, .pattern = V1 "/sessions/current", .flags = API_ROUTE_SETUP, .context = sizeof(struct call),
	  .steps = steps_session_close, .status = 204, .doc = "退出登录" },
	SETUP_GET("/me", steps_me, call, "Me", "我是谁"),

	SETUP_GET("/me/sessions", steps_sessions, sessions_call, "SessionList", "自己有效的登录"),
	{ .method = HTTP_DELETE, .pattern = V1 "/me/sessions", .flags = API_ROUTE_SETUP, .context = sizeof(struct sessions_call),
	  .steps = steps_sessions_end, .status = 204, .doc = "结束自己的全部登录，包括这一次" },
	{ .method = HTTP_DELETE, .pattern = V1 "/me/sessions/:id", .flags = API_ROUTE_SETUP,
	  .context = sizeof(struct sessions_call), .steps = steps_session_end, .status = 204, .doc = "结束自己的一次登录" },
	SETUP_GET("/me/totp", steps_totp, totp_call, "Totp", "自己是否启用了动态口令"),
	{ .method = HTTP_POST, .pattern = V1 "/me/totp", .flags = API_ROUTE_NO_KEY | API_ROUTE_SETUP, .body_max = SMALL_BODY,
	  .context = sizeof(struct totp_call), .steps = steps_totp_begin, .fields = fields_totp_begin, .reply = "TotpSecret",
	  .status = 201, .doc = "启用动态口令的第一步：取得密钥，只显示这一次" },
	{ .method = HTTP_POST, .pattern = V1 "/me/totp/confirm", .flags = API_ROUTE_NO_KEY | API_ROUTE_SETUP, .body_max = SMALL_BODY,
	  .context = sizeof(struct totp_call), .steps = steps_totp_confirm, .fields = fields_totp_confirm, .status = 204,
	  .doc = "启用动态口令的第二步：输入手机显示的口令" },
	{ .method = HTTP_POST, .pattern = V1 "/me/totp/remove", .flags = API_ROUTE_NO_KEY | API_ROUTE_SETUP, .body_max = SMALL_BODY,
	  .context = sizeof(struct totp_call), .steps = steps_totp_remove, .fields = fields_totp_remove, .status = 204,
	  .doc = "停用动态口令" },

	/* A retry after a lost reply finds the old password wrong, which says enough: no key. */
	{ .method = HTTP_POST, .pattern = V1 "/me/password", .flags = API_ROUTE_NO_KEY | API_ROUTE_SETUP, .body_max = SMALL_BODY,
	  .context = sizeof(struct passwd_call), .steps = steps_passwd, .fields = fields_passwd, .status = 204,
	  .doc = "修改自己的密码；其他登录随即失效" },

	/* live work */
	{ .method = HTTP_GET, .pattern = V1 "/events", .flags = API_ROUTE_EVENTS, .context = sizeof(struct call),
	  .steps = steps_events, .fields = fields_events, .status = 200,
	  .doc = "实时更新：hello {at}、matter {id,kind,unit,version}、refresh {}（不知道漏了什么，请重新读取）、bye {}" },

	/* what I have typed and not sent */
	GET_ROUTE("/me/drafts", steps_drafts, draft_call, NULL, "DraftList", "我的草稿，新的在前"),
	GET_ROUTE("/me/drafts/:key", steps_draft_get, draft_call, NULL, "Draft", "一份草稿"),
	{ .method = HTTP_PUT, .pattern = V1 "/me/drafts/:key", .body_max = DRAFT_BODY, .context = sizeof(struct draft_call),
	  .steps = steps_draft_put, .fields = fields_draft_put, .reply = "DraftSaved", .status = 200,
	  .doc = "保存草稿；同一内容可以重发" },
	{ .method = HTTP_DELETE, .pattern = V1 "/me/drafts/:key", .context = sizeof(struct draft_call),
	  .steps = steps_draft_drop, .status = 204, .doc = "删去草稿" },

	/* changes */
	POST_ROUTE("/clues", CASE_WORKERS, ACT_BODY, steps_clue_create, act_call, fields_clue_create, "ActReply",
		   "案源登记"),
	POST_ROUTE("/cases", CASE_WORKERS, ACT_BODY, steps_case_create, act_call, fields_case_create, "ActReply",
		   "简易程序当场处罚"),
	ACT_ROUTE("/clues/:id/acts", steps_clue_act, 1u << PROCEDURE_CLUE, "办理线索的一个步骤"),
	ACT_ROUTE("/cases/:id/acts", steps_case_act, CASE_PROCEDURES, "办理案件的一个步骤"),

	/* with what a matter begins, and what it asks */
	GET_ROUTE("/clues/new", steps_clue_new, next_call, NULL, "NextAct", "案源登记填什么"),
	GET_ROUTE("/cases/new", steps_case_new, next_call, NULL, "NextAct", "当场处罚填什么"),
	GET_ROUTE("/handoffs/new", steps_handoff_new, next_call, fields_handoff_new, "NextAct", "开始一次移送填什么"),
	GET_ROUTE("/disclosures/new", steps_disclosure_new, next_call, fields_disclosure_new, "NextAct",
		  "登记公示事项填什么"),

	/* one matter */
	GET_ROUTE("/clues/:id", steps_clue_get, matter_view, NULL, "Matter", "一件线索"),
	GET_ROUTE("/cases/:id", steps_case_get, matter_view, NULL, "Matter", "一件案件"),
	GET_ROUTE("/clues/:id/next", steps_clue_next, next_call, NULL, "NextActs", "线索现在可以办理的步骤"),
	GET_ROUTE("/cases/:id/next", steps_case_next, next_call, NULL, "NextActs", "案件现在可以办理的步骤"),
	GET_ROUTE("/clues/:id/acts", steps_clue_acts, matter_view, fields_timeline, "ActPage", "线索的办理记录"),
	GET_ROUTE("/cases/:id/acts", steps_case_acts, matter_view, fields_timeline, "ActPage", "案件的办理记录"),
	GET_ROUTE("/clues/:id/clocks", steps_clue_clocks, matter_view, NULL, "ClockList", "线索的期限"),
	GET_ROUTE("/cases/:id/similar", steps_similar, similar_call, NULL, "SimilarList", "本机关以前对同一案由的决定，新的在前"),
	GET_ROUTE("/cases/:id/clocks", steps_case_clocks, matter_view, NULL, "ClockList", "案件的期限"),
	GET_ROUTE("/matters/:id", steps_matter_get, matter_view, NULL, "MatterKind", "编号是线索还是案件"),

	/* materials and goods */
	POST_ROUTE("/clues/:id/uploads", 0, SMALL_BODY, steps_clue_upload, upload_open_call, fields_upload_open,
		   "UploadOpened", "开始上传线索的材料"),
	POST_ROUTE("/cases/:id/uploads", 0, SMALL_BODY, steps_case_upload, upload_open_call, fields_upload_open,
		   "UploadOpened", "开始上传案件的材料"),
	POST_ROUTE("/handoffs/:id/uploads", 0, SMALL_BODY, steps_handoff_upload, upload_open_call, fields_upload_open,
		   "UploadOpened", "开始上传移送的材料"),
	{ .method = HTTP_PUT, .pattern = V1 "/uploads/:id/chunks/:n", .flags = API_ROUTE_SLOW | API_ROUTE_BYTES,
	  .body_max = CHUNK_BODY, .context = sizeof(struct upload_call), .steps = steps_upload_chunk,
	  .reply = "UploadChunk", .status = 200, .doc = "上传一块，任意次序；X-Chunk-SHA256 或 Content-Digest 可附其摘要" },
	GET_ROUTE("/uploads/:id", steps_upload_show, upload_call, NULL, "Upload", "一次上传的进度：还缺哪些块"),
	{ .method = HTTP_POST, .pattern = V1 "/uploads/:id/finish", .flags = API_ROUTE_SLOW, .body_max = SMALL_BODY,
	  .context = sizeof(struct upload_finish_call), .steps = steps_upload_finish, .fields = fields_upload_finish,
	  .reply = "MaterialAdded", .status = 201, .doc = "收齐以后核对摘要并登记为材料" },
	{ .method = HTTP_DELETE, .pattern = V1 "/uploads/:id", .context = sizeof(struct upload_call),
	  .steps = steps_upload_drop, .status = 204, .doc = "取消上传" },
	GET_ROUTE("/clues/:id/materials", steps_clue_materials, material_list_call, NULL, "MaterialList", "线索的材料"),
	GET_ROUTE("/cases/:id/materials", steps_case_materials, material_list_call, NULL, "MaterialList",
		  "案件的材料，包括来源线索的材料"),
	GET_ROUTE("/handoffs/:id/materials", steps_handoff_materials, material_list_call, NULL, "MaterialList",
		  "移送的材料"),
	FILE_ROUTE("/clues/:id/materials/:n/content", steps_clue_material, material_read_call, "线索一件材料的内容"),
	FILE_ROUTE("/cases/:id/materials/:n/content", steps_case_material, material_read_call, "案件一件材料的内容"),
	FILE_ROUTE("/handoffs/:id/materials/:n/content", steps_handoff_material, material_read_call,
		   "移送一件材料的内容"),
	GET_ROUTE("/clues/:id/items", steps_clue_items, item_list_call, NULL, "ItemList", "线索的物品及其保管链"),
	GET_ROUTE("/cases/:id/items", steps_case_items, item_list_call, NULL, "ItemList", "案件的物品及其保管链"),

	/* hand-overs: who may is a matter of the act's own row, and each organ sees its own copy */
	GET_ROUTE("/handoffs", steps_handoff_list, handoff_list_call, fields_handoffs, "HandoffPage", "移送：发出的和收到的"),
	POST_ROUTE("/handoffs", 0, ACT_BODY, steps_handoff_create, act_call, fields_handoff_create, "ActReply",
		   "开始一次移送，或者登记以纸质移送来的"),
	ACT_ROUTE("/handoffs/:id/acts", steps_handoff_act, HANDOFF_PROCEDURES, "办理移送的一个步骤"),
	GET_ROUTE("/handoffs/:id", steps_handoff_get, handoff_get, NULL, "Matter", "一件移送"),
	GET_ROUTE("/handoffs/:id/next", steps_handoff_next, next_call, NULL, "NextActs", "移送现在可以办理的步骤"),
	GET_ROUTE("/handoffs/:id/acts", steps_handoff_acts, matter_view, fields_timeline, "ActPage", "移送的办理记录"),
	GET_ROUTE("/handoffs/:id/clocks", steps_handoff_clocks, matter_view, NULL, "ClockList", "移送的期限"),
	GET_ROUTE("/handoffs/:id/thread", steps_handoff_thread, handoff_thread_call, NULL, "HandoffThread",
		  "往来的记录，连同签名"),
	FILE_ROUTE("/handoffs/:id/packages/:seq/content", steps_handoff_package, handoff_download,
		   "一个材料包（ZIP）；读时重新核对每个文件的摘要"),
	GET_ROUTE("/handoffs/:id/packages/:seq/diff/:other", steps_package_diff, package_diff_call, NULL, "PackageDiff",
		  "两次移送的材料包之间有何变化"),
	GET_ROUTE("/handoffs/:id/checklist", steps_checklist, checklist_call, NULL, "Checklist",
		  "这种移送应当附的材料，哪些已有、还缺哪些"),
	FILE_ROUTE("/handoffs/:id/export", steps_handoff_export, handoff_download, "全部往来（ZIP），供刻盘"),
	POST_ROUTE("/handoffs/inbox/uploads", RECEIVERS, SMALL_BODY, steps_inbox_upload, handoff_upload, fields_inbox_upload,
		   "InboxUpload", "开始上传对方带来的移送包"),
	{ .method = HTTP_PUT, .pattern = V1 "/handoffs/inbox/uploads/:id", .flags = API_ROUTE_SLOW | API_ROUTE_BYTES,
	  .roles = RECEIVERS, .body_max = CHUNK_BODY, .context = sizeof(struct handoff_upload), .steps = steps_inbox_part,
	  .fields = fields_inbox_part, .reply = "InboxPart", .status = 200, .doc = "上传的一部分；同一部分可以重传" },
	{ .method = HTTP_POST, .pattern = V1 "/handoffs/inbox", .flags = API_ROUTE_SLOW, .roles = RECEIVERS,
	  .body_max = SMALL_BODY, .context = sizeof(struct handoff_inbox), .steps = steps_inbox, .fields = fields_inbox,
	  .reply = "InboxResults", .status = 200, .doc = "导入传完的移送包：逐份记录说明新增、已有、拒绝及原因" },
	GET_ROUTE("/peers", steps_peers, peer_list_call, NULL, "PeerList", "可以移送的机关"),
	GET_ROUTE("/quarantine", steps_quarantine, quarantine_call, fields_quarantine, "QuarantinePage", "被拒绝的来件"),

	/* disclosures: who may is a matter of the act's own row */
	GET_ROUTE("/disclosures", steps_disclosure_list, disclosure_list_call, fields_disclosures, "DisclosurePage",
		  "公示事项，先到期的在前"),
	POST_ROUTE("/disclosures", 0, ACT_BODY, steps_disclosure_create, act_call, fields_disclosure_create, "ActReply",
		   "接收外省推送的决定，或者登记变更后的决定"),
	ACT_ROUTE("/disclosures/:id/acts", steps_disclosure_act, 1u << PROCEDURE_DISCLOSURE, "办理公示的一个步骤"),
	GET_ROUTE("/disclosures/:id", steps_disclosure_get, disclosure_view, NULL, "Matter", "一件公示事项"),
	GET_ROUTE("/disclosures/:id/next", steps_disclosure_next, next_call, NULL, "NextActs", "公示现在可以办理的步骤"),
	GET_ROUTE("/disclosures/:id/acts", steps_disclosure_acts, matter_view, fields_timeline, "ActPage", "公示的办理记录"),
	GET_ROUTE("/disclosures/:id/clocks", steps_disclosure_clocks, matter_view, NULL, "ClockList", "公示的期限"),
	GET_ROUTE("/disclosures/:id/preview", steps_preview, disclosure_preview, NULL, "Preview",
		  "将要公示的文本；尚未整理的，按程序建议的删节"),
	{ .method = HTTP_POST, .pattern = V1 "/disclosures/:id/preview", .flags = API_ROUTE_NO_KEY, .body_max = ACT_BODY,
	  .context = sizeof(struct disclosure_preview), .steps = steps_preview_cuts, .fields = fields_preview,
	  .reply = "Preview", .status = 200, .doc = "按所给的删节试看将要公示的文本，不保存" },

	/* while somebody types */
	GET_ROUTE("/parties", steps_parties, party_call, fields_parties, "KnownPartyList", "以前案件的当事人，及其为什么列出"),
	GET_ROUTE("/parties/history", steps_party_history, party_history_call, fields_party_history, "PartyHistory",
		  "当事人以前的处理决定，是否重复违法"),
	GET_ROUTE("/identifiers", steps_identifier, call, fields_identifier, "Identifier", "号码对不对，哪一位有误"),

	/* lists */
	GET_ROUTE("/queue", steps_queue, queue_call, fields_queue, "MatterPage", "待办"),
	GET_ROUTE("/queue/counts", steps_queue_counts, count_call, NULL, "QueueCounts", "各种待办有多少，每种最多数到 1000"),
	GET_ROUTE("/find", steps_find, queue_call, fields_find, "MatterPage", "跳转：手头有什么就填什么，最多 20 件"),
	GET_ROUTE("/matters", steps_search, queue_call, fields_search, "MatterPage", "查找线索和案件"),
	{ .method = HTTP_GET, .pattern = V1 "/rates", .flags = API_ROUTE_SLOW, .context = sizeof(struct rates_call),
	  .steps = steps_rates, .fields = fields_rates, .reply = "Rates", .status = 200,
	  .doc = "结案率、按期办结率、公示率，及其背后的案件清单" },

	/* the leader's page */
	{ .method = HTTP_GET, .pattern = V1 "/overview", .flags = API_ROUTE_SLOW, .context = sizeof(struct overview_call),
	  .steps = steps_overview, .fields = fields_overview, .reply = "Overview", .status = 200,
	  .doc = "领导页：立案、结案、罚没、移送、公示率、超期，按单位、专项行动、月份" },
	{ .method = HTTP_GET, .pattern = V1 "/overview/cases", .flags = API_ROUTE_SLOW,
	  .context = sizeof(struct overview_cases_call), .steps = steps_overview_cases, .fields = fields_overview_cases,
	  .reply = "MatterPage", .status = 200, .doc = "领导页一个数字背后的事项：与该数字同样多" },

	/* report forms */
	GET_ROUTE("/forms", steps_form_list, form_list_call, NULL, "FormList", "报表及其填报项目"),
	{ .method = HTTP_GET, .pattern = V1 "/forms/:code", .flags = API_ROUTE_SLOW, .context = sizeof(struct form_fill_call),
	  .steps = steps_form_fill, .fields = fields_form_fill, .reply = "Form", .status = 200,
	  .doc = "填好的报表，截至某时；同一个 as_of 逐字节相同" },
	{ .method = HTTP_GET, .pattern = V1 "/forms/:code/cells/:cell", .flags = API_ROUTE_SLOW,
	  .context = sizeof(struct form_fill_call), .steps = steps_form_cell, .fields = fields_form_fill, .reply = "FormCell",
	  .status = 200, .doc = "报表一格的来源：R3C5、行代码.栏代码、栏代码，或者 outside" },
	{ .method = HTTP_GET, .pattern = V1 "/forms/:code/files/xlsx", .flags = API_ROUTE_SLOW | API_ROUTE_FILE,
	  .context = sizeof(struct form_file_call), .steps = steps_form_xlsx, .fields = fields_form_fill, .status = 200,
	  .doc = "填好的报表（XLSX），即报送上级的表样" },
	POST_ROUTE("/forms/:code/entries", ROLE_CLERK | ROLE_OFFICER | ROLE_UNIT_HEAD, SMALL_BODY, steps_form_enter,
		   form_enter_call, fields_form_enter, "FormEntered", "填报本单位的行动数字；更正以新的一条取代旧的"),
	GET_ROUTE("/forms/:code/entries", steps_form_history, form_history_call, fields_form_history, "FormHistory",
		  "填报过的数字，新的在前"),

	/* audits */
	{ .method = HTTP_POST, .pattern = V1 "/audits", .flags = API_ROUTE_SLOW, .body_max = SMALL_BODY,
	  .context = sizeof(struct audit_open_call), .steps = steps_audit_open, .fields = fields_audit_open,
	  .reply = "AuditStarted", .status = 202, .doc = "开始统计一期（M1 至 M10）；结果是一份 audit.json" },
	GET_ROUTE("/audits", steps_audit_list, audit_list_call, fields_audits, "AuditList", "我做过的统计，新的在前"),
	GET_ROUTE("/audits/:id", steps_audit_show, audit_show_call, NULL, "Audit", "一次统计及其进度"),
	FILE_ROUTE("/audits/:id/files/json", steps_audit_json, audit_file_call, "统计结果 audit.json"),
	FILE_ROUTE("/audits/:id/files/csv", steps_audit_csv, audit_file_call, "统计结果的案件清单（CSV）"),
	FILE_ROUTE("/audits/:id/files/xlsx", steps_audit_xlsx, audit_file_call, "统计结果的工作簿（XLSX）"),
	FILE_ROUTE("/audits/:id/files/pdf", steps_audit_pdf, audit_file_call, "统计通报（PDF）"),
	POST_ROUTE("/audits/:id/submit", ROLES_LEADER | ROLE_AUDITOR, 0, steps_audit_submit, audit_submit_call, NULL,
		   "SnapshotId", "报送：成为不再改变的一份"),
	GET_ROUTE("/snapshots", steps_snapshot_list, snapshot_list_call, fields_snapshots, "SnapshotList", "报送过的统计，新的在前"),
	GET_ROUTE("/snapshots/:id", steps_snapshot_show, snapshot_list_call, NULL, "Snapshot", "一份报送"),
	FILE_ROUTE("/snapshots/:id/files/json", steps_snapshot_json, audit_file_call, "报送的 audit.json"),
	FILE_ROUTE("/snapshots/:id/files/csv", steps_snapshot_csv, audit_file_call, "报送的案件清单（CSV）"),
	FILE_ROUTE("/snapshots/:id/files/xlsx", steps_snapshot_xlsx, audit_file_call, "报送的工作簿（XLSX）"),
	FILE_ROUTE("/snapshots/:id/files/pdf", steps_snapshot_pdf, audit_file_call, "报送的通报（PDF）"),
	{ .method = HTTP_GET, .pattern = V1 "/snapshots/:id/verify", .flags = API_ROUTE_SLOW,
	  .context = sizeof(struct snapshot_verify_call), .steps = steps_snapshot_verify, .reply = "SnapshotCheck",
	  .status = 200, .doc = "重新计算一份报送的摘要，与报送时的核对" },
	{ .method = HTTP_GET, .pattern = V1 "/snapshots/:id/diff/:other", .flags = API_ROUTE_SLOW,
	  .context = sizeof(struct snapshot_diff_call), .steps = steps_snapshot_diff, .reply = "SnapshotDiff", .status = 200,
	  .doc = "同一期的两份报送之间有何变化、为何变化" },

	/* warnings, and what the credit platform is told */
	{ .method = HTTP_GET, .pattern = V1 "/warnings", .flags = API_ROUTE_SLOW, .context = sizeof(struct warning_call),
	  .steps = steps_warnings, .fields = fields_warnings, .reply = "Warnings", .status = 200,
	  .doc = "预警：已经超期和几个工作日内到期的期限，逾期影响哪些指标" },
	SGS_GET("/shuanggongshi", steps_sgs, sgs_page_call, fields_sgs, "CreditPage", "双公示：决定的 30 个字段及所缺所错"),
	SGS_GET("/shuanggongshi/batches", steps_sgs_batches, sgs_list_call, fields_sgs_list, "CreditBatchPage",
		"双公示：生成过的文件，新的在前"),
	{ .method = HTTP_POST, .pattern = V1 "/shuanggongshi/batches", .flags = API_ROUTE_NO_KEY | API_ROUTE_SLOW,
	  .roles = ROLE_CREDIT_CLERK | ROLES_LEADER, .body_max = ACT_BODY, .context = sizeof(struct sgs_batch_call),
	  .steps = steps_sgs_batch, .fields = fields_sgs_batch, .reply = "CreditBatchId", .status = 201,
	  .doc = "双公示：登记生成的文件；同样的内容是同一批次，可以重发" },
	SGS_GET("/shuanggongshi/batches/:id", steps_sgs_batch_show, sgs_list_call, fields_sgs_list, "CreditBatch",
		"双公示：一个批次及其中的决定"),
	SGS_GET("/shuanggongshi/again", steps_sgs_again, sgs_list_call, fields_sgs_list, "CreditAgainPage",
		"双公示：报送以后更正、撤回、修复，应当重新报送的"),

	/* imports */
	POST_ROUTE("/imports", IMPORTERS, SMALL_BODY, steps_import_open, import_open_call, fields_import_open,
		   "ImportId", "开始一次导入"),
	{ .method = HTTP_POST, .pattern = V1 "/imports/:id/rows", .flags = API_ROUTE_SLOW, .roles = IMPORTERS,
	  .body_max = IMPORT_BODY, .context = sizeof(struct import_rows_call), .steps = steps_import_rows,
	  .fields = fields_import_rows, .reply = "ImportResults", .status = 200, .doc = "导入至多 100 行" },
	{ .method = HTTP_GET, .pattern = V1 "/imports/originals", .flags = API_ROUTE_SLOW,
	  .context = sizeof(struct import_page_call), .steps = steps_import_page, .fields = fields_import_page,
	  .reply = "OriginalPage", .status = 200, .doc = "导出导入时的原文" },
	GET_ROUTE("/imports/:id", steps_import_show, import_show_call, NULL, "Import", "一次导入的进度"),

	/* administration */
	{ .method = HTTP_GET, .pattern = V1 "/diagnostics", .flags = API_ROUTE_SLOW, .roles = ADMIN | ROLES_LEADER,
	  .context = sizeof(struct diagnostics_call), .steps = steps_diagnostics, .reply = "Diagnostics", .status = 200,
	  .doc = "系统各部分的状况和证书的有效期" },
	GET_ROUTE("/units", steps_unit_list, admin_list, fields_page, "UnitPage", "单位"),
	POST_ROUTE("/units", ADMIN, SMALL_BODY, steps_unit_create, admin_call, fields_unit_create, "Unit", "新增单位"),
	POST_ROUTE("/units/:id/acts", ADMIN, SMALL_BODY, steps_unit_act, admin_call, fields_unit_act, "Unit",
		   "改名、移到别的上级、停用、启用"),
	GET_ROUTE("/number-series", steps_number_list, number_series_call, fields_number_list, "NumberSeriesList",
		  "文号字头和已编到的号"),
	POST_ROUTE("/number-series", ADMIN, SMALL_BODY, steps_number_set, admin_call, fields_number_set, "NumberSeriesSet",
		   "设定一个单位一种文书的文号字头"),
	POST_ROUTE("/number-series/end", ADMIN, SMALL_BODY, steps_number_end, admin_call, fields_number_end, "NumberSeriesSet",
		   "不再用这个字头：改用机关的，机关也没有就不编号"),
	GET_ROUTE("/holidays", steps_holidays, holiday_call, fields_holidays, "HolidayYear", "一年的放假和调休安排"),
	POST_ROUTE("/holidays", ADMIN, SMALL_BODY, steps_holidays_set, admin_call, fields_holidays_set, "HolidaysSet",
		   "录入一年的放假和调休安排（全部）"),
	GET_ROUTE("/law", steps_law_tables, law_tables_call, NULL, "LawTables", "法律数据表"),
	GET_ROUTE("/law/:table", steps_law_rows, law_rows_call, fields_law_rows, "LawRows", "一张法律数据表"),
	GET_ROUTE("/campaigns", steps_campaign_list, admin_list, NULL, "CampaignList", "专项行动"),
	POST_ROUTE("/campaigns", ADMIN, SMALL_BODY, steps_campaign_create, admin_call, fields_campaign_create,
		   "Campaign", "新增专项行动"),
	{ .method = HTTP_GET, .pattern = V1 "/accounts", .roles = ADMIN, .context = sizeof(struct admin_list),
	  .steps = steps_account_list, .fields = fields_page, .reply = "AccountPage", .status = 200, .doc = "账号" },
	POST_ROUTE("/accounts", ADMIN, SMALL_BODY, steps_account_create, admin_call, fields_account_create, "Account",
		   "新增账号"),
	POST_ROUTE("/accounts/:id/acts", ADMIN, SMALL_BODY, steps_account_act, admin_call, fields_account_act, "Account",
		   "锁定、解锁、重设密码、改角色、调单位、改姓名、重置动态口令"),
	GET_ROUTE("/delegations", steps_delegation_list, admin_list, fields_page, "DelegationPage", "授权代审"),
	POST_ROUTE("/delegations", 0, SMALL_BODY, steps_delegation_create, admin_call, fields_delegation_create,
		   "Delegation", "授权代审"),
	POST_ROUTE("/delegations/:id/end", 0, 0, steps_delegation_end, admin_call, NULL, "Delegation", "结束授权代审"),

	/* for everybody: pages, not JSON */
	PUBLIC_ROUTE("/public", steps_public_list, fields_public_list, "行政处罚信息公示：查询和最新公示（HTML）"),
	PUBLIC_ROUTE("/public/search", steps_public_search, fields_public_search, "查询正在公示的行政处罚决定（HTML）"),
	PUBLIC_ROUTE("/public/d/:id", steps_public_page, NULL, "一份公示的行政处罚决定（HTML）；已不公示的，只说明何时、为何"),
	PUBLIC_ROUTE("/public/d/:id/text", steps_public_text, NULL, "公示的决定书文本（纯文字），供核对摘要"),
	PUBLIC_ROUTE("/public/ledger.csv", steps_public_ledger, fields_public_ledger, "公示台账（CSV），一次至多 5000 行"),
	PLAIN_ROUTE("/public/style.css", api_handle_public_style, NULL, "公示页面的样式"),
	PLAIN_ROUTE("/robots.txt", api_handle_robots, NULL, "搜索引擎可以收录什么"),

	/* the program itself */
	PLAIN_ROUTE(V1 "/openapi.json", api_handle_openapi, "OpenApi", "本接口的 OpenAPI 描述"),
	PLAIN_ROUTE("/", api_handle_home, NULL, "浏览器工作台；没有安装的，是说明页"),
	PLAIN_ROUTE("/livez", api_handle_livez, "Live", "程序在运行"),
	PLAIN_ROUTE("/readyz", api_handle_readyz, "Ready", "程序可以受理请求"),
	PLAIN_ROUTE("/metrics", api_handle_metrics, NULL, "Prometheus 指标"),
};
const size_t api_route_count = ARRAY_LEN(api_routes);
