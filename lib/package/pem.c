/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Strict PEM: a text is taken only when writing it again would give the same bytes. */
#include "package/pem.h"

#include "crypto/crypto.h"

enum { LINE = 64 };

static const struct sv begin = SV("-----BEGIN CERTIFICATE-----\n");
static const struct sv end = SV("-----END CERTIFICATE-----\n");

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* One line to bytes; 0 when it is not canonical base64. Padding only where `last`. */
static size_t decode_line(struct sv line, bool last, uint8_t *out)
{
	size_t len = 0, pad = 0;
	if (line.n == 0 || line.n % 4 != 0 || line.n > LINE || (!last && line.n != LINE))
		return 0;
	while (last && pad < 2 && line.p[line.n - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < line.n; i += 4) {
		uint32_t group = 0;
		bool final = i + 4 == line.n;
		size_t skip = final ? pad : 0;
		for (size_t k = 0; k < 4; k++) {
			int v = k + skip >= 4 ? 0 : value_of(line.p[i + k]);
			if (v < 0)
				return 0;
			group = group << 6 | (uint32_t)v;
		}
		/* Bits that no byte uses must be zero. */
		if ((skip == 1 && group & 0xFF) || (skip == 2 && group & 0xFFFF))
			return 0;
		out[len++] = (uint8_t)(group >> 16);
		if (skip < 2)
			out[len++] = (uint8_t)(group >> 8);
		if (skip < 1)
			out[len++] = (uint8_t)group;
	}
	return len;
}

/* Takes one block from the front of *text. */
static bool take_block(struct sv *text, struct pem_block *block)
{
	struct crypto_digest *digest = crypto_digest_new();
	uint8_t sha256[CRYPTO_SHA256_SIZE], bytes[LINE];
	bool good = sv_starts_with(*text, begin), last = false;
	size_t at = begin.n;
	while (good && !last) {
		const char *lf = at < text->n ? memchr(text->p + at, '\n', text->n - at) : NULL;
		struct sv line = { text->p + at, lf ? (size_t)(lf - text->p) - at : 0 };
		struct sv rest = { line.p + line.n + 1, lf ? text->n - at - line.n - 1 : 0 };
		last = lf && sv_starts_with(rest, end);
		size_t n = lf ? decode_line(line, last, bytes) : 0;
		good = n > 0;
		crypto_digest_update(digest, bytes, n);
		at += line.n + 1;
	}
	crypto_digest_finish(digest, sha256);
	if (!good)
		return false;
	crypto_hex(sha256, sizeof(sha256), block->fingerprint);
	block->text = (struct sv){ text->p, at + end.n };
	text->p += block->text.n;
	text->n -= block->text.n;
	return true;
}

enum err_code pem_split(struct arena *a, struct sv text, const char *what, struct pem_block **ret,
			size_t *ret_count, struct err *err)
{
	struct pem_block *blocks = arena_array(a, struct pem_block, PEM_BLOCKS_MAX);
	size_t count = 0;
	while (text.n > 0 && count < PEM_BLOCKS_MAX && take_block(&text, &blocks[count]))
		count++;
	if (text.n > 0 || count == 0) {
		enum err_code code = err_set(err, ERR_INVALID, "certificate-form",
					     "%s 不是规定写法的证书（PEM）", what);
		err_field(err, "%s", what);
		return code;
	}
	*ret = blocks;
	*ret_count = count;
	return ERR_OK;
}

enum err_code pem_bare(struct arena *a, struct sv pem, const char *what, struct sv *ret,
		       struct err *err)
{
	struct pem_block *blocks;
	size_t count, n = 0;
	*ret = SV("");
	enum err_code code = pem.n ? pem_split(a, pem, what, &blocks, &count, err) : ERR_OK;
	if (code || !pem.n)
		return code;
	struct sv body = blocks[0].text;
	body.p += begin.n;
	body.n -= begin.n + end.n;
	char *bare = arena_alloc(a, body.n + 1);
	for (size_t i = 0; i < body.n; i++) {
		if (body.p[i] != '\n')
			bare[n++] = body.p[i];
	}
	*ret = (struct sv){ bare, n };
	return n <= PEM_BARE_MAX ? ERR_OK
				 : err_set(err, ERR_TOO_LARGE, "too-large", "%s 中的证书过大", what);
}

bool pem_from_bare(struct arena *a, struct sv bare, struct pem_block *ret)
{
	struct str text = STR_INIT(2 * PEM_BARE_MAX);
	struct pem_block block = { .text = { NULL, 0 } };
	if (bare.n == 0 || bare.n > PEM_BARE_MAX)
		return false;
	str_append_sv(&text, begin);
	for (size_t at = 0; at < bare.n; at += LINE) {
		size_t n = bare.n - at < LINE ? bare.n - at : LINE;
		str_append(&text, bare.p + at, n);
		str_append_char(&text, '\n');
	}
	str_append_sv(&text, end);
	struct sv whole = { arena_strndup(a, str_cstr(&text), text.len), text.len };
	str_release(&text);
	bool good = take_block(&whole, &block) && whole.n == 0;
	if (good)
		*ret = block;
	return good;
}
