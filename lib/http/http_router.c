/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Router: a tree of path segments. A literal child is tried before the parameter child,
 * and the parameter again when the literal leads nowhere. Immutable after http_router_new.
 */
#include <stdlib.h>

#include "http/http_internal.h"

enum { SEGMENTS_MAX = 16 };

struct node {
	struct sv literal;         /* of this node, within its parent */
	const char *param;         /* name when this is a parameter child */
	struct node **children;    /* literals */
	size_t child_count;
	struct node *param_child;
	const struct http_route *routes[HTTP_METHOD_COUNT];
};

struct http_router {
	struct node root;
};

const char *http_method_name(enum http_method method)
{
	static const char *const names[HTTP_METHOD_COUNT] = {
		[HTTP_GET] = "GET",       [HTTP_HEAD] = "HEAD",   [HTTP_POST] = "POST",
		[HTTP_PUT] = "PUT",       [HTTP_DELETE] = "DELETE", [HTTP_PATCH] = "PATCH",
		[HTTP_OPTIONS] = "OPTIONS",
	};

	return names[method];
}

/* --- building -------------------------------------------------------------- */

static struct node *literal_child(struct node *node, struct sv literal)
{
	struct node *child;

	for (size_t i = 0; i < node->child_count; i++) {
		if (sv_eq(node->children[i]->literal, literal))
			return node->children[i];
	}
	child = xcalloc(1, sizeof(*child));
	child->literal = literal;
	node->children = xrealloc(node->children,
				  (node->child_count + 1) * sizeof(struct node *));
	node->children[node->child_count++] = child;
	return child;
}

/* NULL when another name already stands here. */
static struct node *param_child(struct node *node, const char *name)
{
	if (!node->param_child) {
		node->param_child = xcalloc(1, sizeof(*node->param_child));
		node->param_child->param = name;
	}
	return strcmp(node->param_child->param, name) == 0 ? node->param_child : NULL;
}

/* The next segment of "/a/:b/c"; false at the end. */
static bool next_segment(struct sv *rest, struct sv *ret)
{
	const char *slash;

	if (rest->n == 0)
		return false;
	rest->p++;
	rest->n--;
	slash = rest->n > 0 ? memchr(rest->p, '/', rest->n) : NULL;
	*ret = (struct sv){ rest->p, slash ? (size_t)(slash - rest->p) : rest->n };
	rest->p += ret->n;
	rest->n -= ret->n;
	return true;
}

static enum err_code add_route(struct http_router *router, const struct http_route *route,
			       struct arena *names, struct err *err)
{
	struct sv rest = sv_of(route->pattern);
	struct node *node = &router->root;
	struct sv segment;
	size_t params = 0, segments = 0;

	if (rest.n == 0 || rest.p[0] != '/' || !route->handler ||
	    route->method >= HTTP_METHOD_COUNT)
		return err_set(err, ERR_INVALID, "route", "bad route %s", route->pattern);
	if (rest.n == 1)
		rest.n = 0; /* "/" is the root itself */
	while (next_segment(&rest, &segment)) {
		if (segment.n == 0 || ++segments > SEGMENTS_MAX)
			return err_set(err, ERR_INVALID, "route", "bad pattern %s",
				       route->pattern);
		if (segment.p[0] == ':') {
			char *name = arena_strndup(names, segment.p + 1, segment.n - 1);

			node = segment.n > 1 ? param_child(node, name) : NULL;
			if (!node || ++params > ARRAY_LEN(((struct http_match *)0)->params))
				return err_set(err, ERR_INVALID, "route",
					       "bad parameter in %s", route->pattern);
		} else {
			node = literal_child(node, segment);
		}
	}
	if (node->routes[route->method])
		return err_set(err, ERR_INVALID, "route", "duplicate route %s %s",
			       http_method_name(route->method), route->pattern);
	node->routes[route->method] = route;
	return ERR_OK;
}

struct router_box {
	struct http_router router;
	struct arena names;
};

enum err_code http_router_new(const struct http_route *routes, size_t count,
			      struct http_router **ret, struct err *err)
{
	struct router_box *box = xcalloc(1, sizeof(*box));

	arena_init(&box->names, 0);
	for (size_t i = 0; i < count; i++) {
		enum err_code code = add_route(&box->router, &routes[i], &box->names, err);

		if (code != ERR_OK) {
			http_router_free(&box->router);
			return code;
		}
	}
	*ret = &box->router;
	return ERR_OK;
}

static void release_node(struct node *node)
{
	for (size_t i = 0; i < node->child_count; i++) {
		release_node(node->children[i]);
		free(node->children[i]);
	}
	free(node->children);
	if (node->param_child) {
		release_node(node->param_child);
		free(node->param_child);
	}
}

void http_router_free(struct http_router *router)
{
	struct router_box *box;

	if (!router)
		return;
	box = CONTAINER_OF(router, struct router_box, router);
	release_node(&router->root);
	arena_fini(&box->names);
	free(box);
}

/* --- matching -------------------------------------------------------------- */

struct walk {
	const struct sv *segments;
	size_t count;
	enum http_method method;
	struct http_match *match;
};

static const struct http_route *route_of(const struct node *node, enum http_method method,
					 unsigned *allowed)
{
	for (int m = 0; m < HTTP_METHOD_COUNT; m++) {
		if (node->routes[m])
			*allowed |= 1u << m;
	}
	if (node->routes[HTTP_GET])
		*allowed |= 1u << HTTP_HEAD;
	if (*allowed)
		*allowed |= 1u << HTTP_OPTIONS;
	if (node->routes[method])
		return node->routes[method];
	return method == HTTP_HEAD ? node->routes[HTTP_GET] : NULL;
}

static bool descend(const struct node *node, const struct walk *w, size_t at)
{
	struct http_match *match = w->match;

	if (at == w->count) {
		match->route = route_of(node, w->method, &match->allowed);
		return match->route != NULL;
	}
	for (size_t i = 0; i < node->child_count; i++) {
		if (sv_eq(node->children[i]->literal, w->segments[at]) &&
		    descend(node->children[i], w, at + 1))
			return true;
	}
	if (node->param_child) {
		match->params[match->param_count++] = (struct http_pair){
			sv_of(node->param_child->param), w->segments[at] };
		if (descend(node->param_child, w, at + 1))
			return true;
		match->param_count--;
	}
	return false;
}

enum err_code http_router_match(const struct http_router *router, struct arena *a,
				enum http_method method, struct sv path,
				struct http_match *ret)
{
	struct sv segments[SEGMENTS_MAX];
	struct walk w = { .segments = segments, .method = method, .match = ret };
	struct sv segment;

	memset(ret, 0, sizeof(*ret));
	if (path.n == 1)
		path.n = 0;
	while (next_segment(&path, &segment)) {
		if (w.count == SEGMENTS_MAX || segment.n == 0)
			return ERR_NOT_FOUND;
		if (http_decode_segment(a, segment, &segments[w.count]) != ERR_OK)
			return ERR_MALFORMED;
		w.count++;
	}
	if (descend(&router->root, &w, 0))
		return ERR_OK;
	return ret->allowed ? ERR_METHOD : ERR_NOT_FOUND;
}
