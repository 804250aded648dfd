/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "ctl_peer.h"

#include <string.h>

#include "ctl_key.h"

bool peer_see_all(PGconn *conn)
{
	return ctl_exec(conn, "SELECT set_config('ipcase.account', '0', true), set_config('ipcase.units', (SELECT coalesce("
			      "array_agg(u), '{}')::text FROM ipcase.exchange_accounts() x, unnest(x.units) u), true)");
}

/* NULL: no folder, or one that cannot be used, which is said. */
static struct crypto_trust *read_trust(const char *dir)
{
	struct crypto_trust *t = crypto_trust_new();
	char path[KEY_PATH_SIZE];
	struct err err = ERR_INIT;

	if (!dir[0] || !key_path(path, dir, "trust") || crypto_trust_add_folder(t, path, &err) == ERR_OK)
		return t;
	if (err.code != ERR_NOT_FOUND)
		key_say(&err);
	crypto_trust_free(t);
	return NULL;
}

bool peer_ends(PGconn *conn, const char *dir, struct arena *a, struct peer_end **ret, size_t *ret_count)
{
	PGresult *res = ctl_query(conn,
				  "SELECT p.code, coalesce(p.pin, ''), (SELECT r.cms FROM ipcase.record r WHERE r.lane = p.code"
				  " ORDER BY r.matter_id DESC, r.lane DESC, r.n DESC LIMIT 1)"
				  " FROM ipcase.organ_peer p WHERE p.active AND p.way IN ('network', 'disc') ORDER BY p.code", 0, NULL);
	struct crypto_trust *trust = res ? read_trust(dir) : NULL;
	size_t n = res ? (size_t)PQntuples(res) : 0;

	*ret = arena_array(a, struct peer_end, n + 1);
	*ret_count = n;
	for (size_t i = 0; i < n; i++) {
		struct peer_end *p = &(*ret)[i];
		size_t size = 0;
		unsigned char *der = PQunescapeBytea((const unsigned char *)PQgetvalue(res, (int)i, 2), &size);
		p->code = arena_strdup(a, PQgetvalue(res, (int)i, 0));
		p->pin = arena_strdup(a, PQgetvalue(res, (int)i, 1));
		p->known = crypto_end_of_peer(trust, p->code, p->pin[0] ? p->pin : NULL,
					      (struct sv){ (const char *)der, der ? size : 0 }, &p->end);
		PQfreemem(der);
	}
	crypto_trust_free(trust);
	PQclear(res);
	return res != NULL;
}
