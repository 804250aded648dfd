/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "door.h"

#include <stdlib.h>

#include "base/log.h"
#include "crypto/crypto.h"
#include "crypto/peer.h"

enum err_code door_tls(const struct conf *conf, const struct exchange_keys *keys, struct ssl_ctx_st **ret, struct err *err)
{
	size_t n = exchange_key_count(keys);
	const struct crypto_signer **signers;

	*ret = NULL;
	if (!conf->exchange.listen[0])
		return ERR_OK;
	signers = xcalloc(n + 1, sizeof(*signers));
	for (size_t i = 0; i < n; i++)
		signers[i] = exchange_key_at(keys, i);
	*ret = crypto_peer_server(signers, n, exchange_trust(keys), err);
	free(signers);
	return *ret ? ERR_OK : err->code;
}

enum err_code door_open(struct door *door, const struct conf *conf, const struct exchange_keys *keys, struct app *app,
			struct err *err)
{
	struct http_config config;
	struct ssl_ctx_st *tls = NULL;
	enum err_code code = door_tls(conf, keys, &tls, err);

	if (code != ERR_OK || !tls)
		return code;
	door->api.app = app;
	http_config_init(&config);
	exchange_http_config(&config, &door->api);
	if ((code = http_router_new(exchange_routes, exchange_route_count, &door->router, err)) == ERR_OK &&
	    (code = http_listen(conf->exchange.listen, true, &door->listener, err)) == ERR_OK &&
	    (code = http_server_new(app->loop, &config, door->router, tls, &door->server, err)) == ERR_OK)
		code = http_server_add(door->server, door->listener, err);
	crypto_tls_free(tls);
	if (code == ERR_OK)
		log_info("exchange_listening", "address=%s organs=%zu", http_listener_address(door->listener),
			 exchange_key_count(keys));
	return code;
}

void door_swap(struct door *door, struct ssl_ctx_st *tls)
{
	if (tls && door->server)
		http_server_set_tls(door->server, tls);
	crypto_tls_free(tls);
}

void door_drain(struct door *door, loop_fn *on_drained, void *arg)
{
	if (door->server)
		http_server_drain(door->server, on_drained, arg);
	else
		on_drained(arg);
}

void door_refuse(struct door *door)
{
	if (door->server)
		http_server_refuse(door->server);
}

void door_close(struct door *door)
{
	http_server_free(door->server);
	http_listener_free(door->listener);
	http_router_free(door->router);
	*door = (struct door){ .server = NULL };
}
