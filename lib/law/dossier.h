/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The dossier: everything the law needs to know of one matter. It is the fold of the matter's acts
 * and nothing else; lib/law/apply.c is the only writer. Stored as canonical JSON beside the matter,
 * so that a decision needs one row; rebuilt from the ledger byte for byte by `ipcasectl rebuild`.
 */
#ifndef LAW_DOSSIER_H
#define LAW_DOSSIER_H

#include "law/book.h"
#include "law/field.h"
#include "law/role.h"

enum matter_kind { MATTER_CLUE, MATTER_CASE, MATTER_HANDOFF, MATTER_DISCLOSURE };
enum matter_procedure { PROCEDURE_CLUE, PROCEDURE_ORDINARY, PROCEDURE_SUMMARY, PROCEDURE_BACK_ENTRY,
			PROCEDURE_C1, PROCEDURE_C2, PROCEDURE_C3, PROCEDURE_C4, PROCEDURE_C5, PROCEDURE_C6,
			PROCEDURE_C7, PROCEDURE_C8, PROCEDURE_C9, PROCEDURE_DISCLOSURE, PROCEDURE_COUNT };

enum state {
	STATE_NONE,
#define STATE(name, code, zh, turn, open, kind) STATE_##name,
#include "law/state.def"
#undef STATE
	STATE_COUNT
};

/* Sets of states: more than 64 of them. */
__extension__ typedef unsigned __int128 state_set;
#define STATE_BIT(s) ((state_set)1 << (s))
_Static_assert(STATE_COUNT <= 128, "state_set is too small");

struct state_info {
	const char *code;
	const char *zh;
	uint32_t turn; /* role that moves next when no request is open */
	bool open;
};

enum clock_state { CLOCK_RUNNING, CLOCK_MET, CLOCK_CANCELLED };

/* One running or ended clock. Due days are kept as computed, so that a reader needs no law book. */
struct clock_entry {
	const char *rule;
	int ref;              /* measure it belongs to, 0 = the matter */
	enum clock_state state;
	day_t start_on;
	instant_t start_at;   /* for hours */
	int extra;            /* units added by extensions */
	struct due due;       /* due.stopped while an excluded span is open */
	day_t met_on;         /* DAY_NONE while running */
	bool late;            /* met after due.lawful */
};

struct span_entry {
	enum span_kind kind;
	struct day_span days;
};

enum measure_status { MEASURE_TAKEN, MEASURE_LIFTED, MEASURE_DISPOSED, MEASURE_MOVED };

struct measure {
	int seq;
	const char *kind; /* 先行登记保存, 查封, 扣押 */
	const char *goods;
	bool urgent;
	bool confirmed;   /* approved before or after */
	bool refused;     /* the leader refused: must be lifted at once */
	bool extended;
	instant_t taken_at;
	enum measure_status status;
	day_t ended_on;
};

enum item_status { ITEM_HELD, ITEM_RETURNED, ITEM_DESTROYED, ITEM_MOVED };

/* Goods or a medium. Who has it, since when; the way there is in the ledger. */
struct item {
	int seq;              /* number within the matter, from 1 */
	int origin;           /* number in the clue that the case came from, 0: taken in this matter */
	const char *name;
	const char *quantity; /* with its unit */
	enum item_status status;
	const char *custodian, *place;
	const char *seal;     /* NULL: none */
	instant_t since;      /* of the last act on it */
};

enum request_status { REQUEST_OPEN, REQUEST_ENDORSED, REQUEST_GRANTED, REQUEST_RETURNED };

struct request {
	int seq;              /* number within the matter, from 1 */
	const char *act;      /* code of the procedure row */
	int64_t by_account;   /* who asked */
	const char *by_name;
	day_t on;
	enum request_status status;
	const char *payload;  /* canonical JSON of the fields asked for */
	bool used;            /* a granted authorisation that was acted on */
};

enum { DOSSIER_MAX_CLOCKS = 96, DOSSIER_MAX_SPANS = 48, DOSSIER_MAX_MEASURES = 48,
       DOSSIER_MAX_REQUESTS = 128, DOSSIER_MAX_ITEMS = 200 };

struct dossier {
	enum matter_kind kind;
	enum matter_procedure procedure;
	enum state state;
	day_t state_since;
	int version;        /* number of acts folded */
	day_t opened_on;
	day_t last_on;      /* latest happened day of any act */
	struct facts facts;
	struct clock_entry clocks[DOSSIER_MAX_CLOCKS];
	int clock_count;
	struct span_entry spans[DOSSIER_MAX_SPANS];
	int span_count;
	struct measure measures[DOSSIER_MAX_MEASURES];
	int measure_count;
	struct request requests[DOSSIER_MAX_REQUESTS];
	int request_count;
	struct item items[DOSSIER_MAX_ITEMS];
	int item_count;
};

const struct state_info *state_info(enum state s); /* STATE_NONE: code "none", no label */
bool state_by_code(struct sv code, enum state *ret); /* never STATE_NONE */
const char *procedure_code(enum matter_procedure p);
bool procedure_by_code(struct sv code, enum matter_procedure *ret);
enum matter_kind procedure_kind(enum matter_procedure p);
const char *matter_kind_code(enum matter_kind k);

/* Canonical JSON; the same dossier gives the same bytes, and reading them and writing again gives them
 * again. Every member is there, only facts that are not set and an empty list of items are left out; an unknown day or instant
 * is null, a day without end is "open". Texts read point into the arena; text that dossier_write
 * cannot have written is ERR_INTERNAL. */
void dossier_write(struct json_writer *w, const struct dossier *d);
enum err_code dossier_read(struct arena *arena, struct sv json, struct dossier *ret,
			   struct err *err) MUST_USE;

const char *item_status_code(enum item_status s); /* held, returned, destroyed, moved */

struct clock_entry *dossier_clock(struct dossier *d, const char *rule, int ref); /* latest, or NULL */
const struct clock_entry *dossier_clock_const(const struct dossier *d, const char *rule, int ref);
bool dossier_span_open(const struct dossier *d, enum span_kind kind);
struct measure *dossier_measure(struct dossier *d, int seq); /* NULL when there is none */
int dossier_open_measures(const struct dossier *d);
/* The oldest request of this act (NULL: of any) that is open or endorsed, or NULL. */
const struct request *dossier_open_request(const struct dossier *d, const char *act);
/* Is this account an officer of the matter? */
bool dossier_is_officer(const struct dossier *d, int64_t account);
/* Whose turn it is, one role: the endorser or approver of the oldest open request, else the state's. */
uint32_t dossier_turn(const struct dossier *d);

/* Remedies unused: the day the last of 复议 60 d and 诉讼 6 m ends; DAY_NONE before service. */
#endif
