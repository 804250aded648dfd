/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The routes. A new one is a row here, its fields and steps in the file of its resource, and, when it answers
 * something new, a schema in api_schema.c. The OpenAPI document follows by itself. */
#include "api/api_handoff.h"
#include "app/act.h"
#include "app/admin.h"
#include "app/import.h"
#include "app/login.h"
#include "app/material.h"
#include "app/passwd.h"
#include "app/queue.h"
#include "app/rates.h"
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
enum { ACT_BODY = 1024 * KIB, SMALL_BODY = 16 * KIB, IMPORT_BODY = 64 * 1024 * KIB, CHUNK_BODY = 64 * 1024 * KIB };

#define GET_ROUTE(p, s, type, f, r, d) \
	{ .method = HTTP_GET, .pattern = V1 p, .context = sizeof(struct type), .steps = s, .fields = f, .reply = r, \
	  .status = 200, .doc = d }
#define POST_ROUTE(p, who, size, s, type, f, r, d) \
	{ .method = HTTP_POST, .pattern = V1 p, .roles = who, .body_max = size, .context = sizeof(struct type), \
	  .steps = s, .fields = f, .reply = r, .status = 201, .doc = d }
/* Who may is a matter of the act's own row. */
#define ACT_ROUTE(p, s, procedures, d) \
	{ .method = HTTP_POST, .pattern = V1 p, .body_max = ACT_BODY, .context = sizeof(struct act_call), .steps = s, \
	  .fields = fields_act, .acts = procedures, .reply = "ActReply", .status = 201, .doc = d }
/* The channels come last. */
enum { HANDOFF_PROCEDURES = (1u << PROCEDURE_COUNT) - (1u << PROCEDURE_C1) };

#define FILE_ROUTE(p, s, type, d) \
	{ .method = HTTP_GET, .pattern = V1 p, .flags = API_ROUTE_SLOW | API_ROUTE_FILE, .context = sizeof(struct type), \
	  .steps = s, .status = 200, .doc = d }
#define PLAIN_ROUTE(p, h, r, d) \
	{ .method = HTTP_GET, .pattern = p, .flags = API_ROUTE_PLAIN | API_ROUTE_OPEN, .handler = h, .reply = r, \
	  .status = 200, .doc = d }

const struct api_route api_routes[] = {
	/* sessions */
	{ .method = HTTP_POST, .pattern = V1 "/sessions", .flags = API_ROUTE_OPEN | API_ROUTE_NO_KEY,
	  .body_max = SMALL_BODY, .context = sizeof(struct login_call), .steps = steps_session_open,
	  .fields = fields_session_open, .reply = "Session", .status = 201, .doc = "登录" },
	{ .method = HTTP_DELETE, .pattern = V1 "/sessions/current", .context = sizeof(struct call),
	  .steps = steps_session_close, .status = 204, .doc = "退出登录" },
	GET_ROUTE("/me", steps_me, call, NULL, "Me", "我是谁"),

	/* A retry after a lost reply finds the old password wrong, which says enough: no key. */
	{ .method = HTTP_POST, .pattern = V1 "/me/password", .flags = API_ROUTE_NO_KEY, .body_max = SMALL_BODY,
	  .context = sizeof(struct passwd_call), .steps = steps_passwd, .fields = fields_passwd, .status = 204,
	  .doc = "修改自己的密码；其他登录随即失效" },

	/* changes */
	POST_ROUTE("/clues", CASE_WORKERS, ACT_BODY, steps_clue_create, act_call, fields_clue_create, "ActReply",
		   "案源登记"),
	POST_ROUTE("/cases", CASE_WORKERS, ACT_BODY, steps_case_create, act_call, fields_case_create, "ActReply",
		   "简易程序当场处罚"),
	ACT_ROUTE("/clues/:id/acts", steps_clue_act, 1u << PROCEDURE_CLUE, "办理线索的一个步骤"),
	ACT_ROUTE("/cases/:id/acts", steps_case_act, CASE_PROCEDURES, "办理案件的一个步骤"),

	/* one matter */
	GET_ROUTE("/clues/:id", steps_clue_get, matter_view, NULL, "Matter", "一件线索"),
	GET_ROUTE("/cases/:id", steps_case_get, matter_view, NULL, "Matter", "一件案件"),
	GET_ROUTE("/clues/:id/next", steps_clue_next, matter_view, NULL, "NextActs", "线索现在可以办理的步骤"),
	GET_ROUTE("/cases/:id/next", steps_case_next, matter_view, NULL, "NextActs", "案件现在可以办理的步骤"),
	GET_ROUTE("/clues/:id/acts", steps_clue_acts, matter_view, fields_timeline, "ActPage", "线索的办理记录"),
	GET_ROUTE("/cases/:id/acts", steps_case_acts, matter_view, fields_timeline, "ActPage", "案件的办理记录"),
	GET_ROUTE("/clues/:id/clocks", steps_clue_clocks, matter_view, NULL, "ClockList", "线索的期限"),
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
	GET_ROUTE("/handoffs/:id/next", steps_handoff_next, matter_view, NULL, "NextActs", "移送现在可以办理的步骤"),
	GET_ROUTE("/handoffs/:id/acts", steps_handoff_acts, matter_view, fields_timeline, "ActPage", "移送的办理记录"),
	GET_ROUTE("/handoffs/:id/clocks", steps_handoff_clocks, matter_view, NULL, "ClockList", "移送的期限"),
	GET_ROUTE("/handoffs/:id/thread", steps_handoff_thread, handoff_thread_call, NULL, "HandoffThread",
		  "往来的记录，连同签名"),
	FILE_ROUTE("/handoffs/:id/packages/:seq/content", steps_handoff_package, handoff_download,
		   "一个材料包（ZIP）；读时重新核对每个文件的摘要"),
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

	/* lists */
	GET_ROUTE("/queue", steps_queue, queue_call, fields_queue, "MatterPage", "待办"),
	GET_ROUTE("/matters", steps_search, queue_call, fields_search, "MatterPage", "查找线索和案件"),
	{ .method = HTTP_GET, .pattern = V1 "/rates", .flags = API_ROUTE_SLOW, .context = sizeof(struct rates_call),
	  .steps = steps_rates, .fields = fields_rates, .reply = "Rates", .status = 200,
	  .doc = "结案率、按期办结率、公示率，及其背后的案件清单" },

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
	GET_ROUTE("/units", steps_unit_list, admin_list, fields_page, "UnitPage", "单位"),
	GET_ROUTE("/campaigns", steps_campaign_list, admin_list, NULL, "CampaignList", "专项行动"),
	POST_ROUTE("/campaigns", ADMIN, SMALL_BODY, steps_campaign_create, admin_call, fields_campaign_create,
		   "Campaign", "新增专项行动"),
	{ .method = HTTP_GET, .pattern = V1 "/accounts", .roles = ADMIN, .context = sizeof(struct admin_list),
	  .steps = steps_account_list, .fields = fields_page, .reply = "AccountPage", .status = 200, .doc = "账号" },
	POST_ROUTE("/accounts", ADMIN, SMALL_BODY, steps_account_create, admin_call, fields_account_create, "Account",
		   "新增账号"),
	POST_ROUTE("/accounts/:id/acts", ADMIN, SMALL_BODY, steps_account_act, admin_call, fields_account_act, "Account",
		   "锁定、解锁、重设密码、改角色、调单位、改姓名"),
	GET_ROUTE("/delegations", steps_delegation_list, admin_list, fields_page, "DelegationPage", "授权代审"),
	POST_ROUTE("/delegations", 0, SMALL_BODY, steps_delegation_create, admin_call, fields_delegation_create,
		   "Delegation", "授权代审"),
	POST_ROUTE("/delegations/:id/end", 0, 0, steps_delegation_end, admin_call, NULL, "Delegation", "结束授权代审"),

	/* the program itself */
	PLAIN_ROUTE(V1 "/openapi.json", api_handle_openapi, "OpenApi", "本接口的 OpenAPI 描述"),
	PLAIN_ROUTE("/", api_handle_home, NULL, "说明页"),
	PLAIN_ROUTE("/livez", api_handle_livez, "Live", "程序在运行"),
	PLAIN_ROUTE("/readyz", api_handle_readyz, "Ready", "程序可以受理请求"),
	PLAIN_ROUTE("/metrics", api_handle_metrics, NULL, "Prometheus 指标"),
};
const size_t api_route_count = ARRAY_LEN(api_routes);
