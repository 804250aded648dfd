/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * Decoding and row splitting, see import_source.h. */
#include "import_source.h"

#include <iconv.h>

#include "base/text.h"
#include "json/json_reader.h"

enum {
	ROW_MAX_BYTES = 1 << 20, /* the API refuses more long before */
	QUOTED_LINES_MAX = 2000, /* an unclosed quote must not eat the file again and again */
};

/* GB18030 never uses the byte of a line feed inside a character. */
static size_t split_lines(struct sv data, struct source_line *lines)
{
	size_t count = 0;
	while (data.n > 0) {
		const char *end = memchr(data.p, '\n', data.n);
		size_t n = end ? (size_t)(end - data.p) : data.n;
		size_t skip = n + (end ? 1 : 0);
		if (n > 0 && data.p[n - 1] == '\r')
			n--;
		if (lines)
			lines[count].text = (struct sv){ data.p, n };
		count++;
		data.p += skip;
		data.n -= skip;
	}
	return count;
}

static bool is_ascii(struct sv text)
{
	for (size_t i = 0; i < text.n; i++) {
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	}
	return true;
}

/* Chinese in GB18030 is hardly ever valid UTF-8 by chance, but a single short line can be;
 * and a UTF-8 file can have a damaged line. So the majority of the lines decides. */
static enum source_encoding guess_encoding(const struct source_line *lines, size_t count)
{
	size_t utf8 = 0;
	size_t other = 0;
	for (size_t i = 0; i < count; i++) {
		if (is_ascii(lines[i].text))
			continue;
		if (text_is_valid_utf8(lines[i].text))
			utf8++;
		else
			other++;
	}
	return other > utf8 ? SOURCE_GB18030 : SOURCE_UTF8;
}

static bool decode_line(struct arena *arena, iconv_t conv, struct source_line *line)
{
	size_t room = line->text.n * 3; /* two bytes of GB18030 make at most three of UTF-8 */
	char *out = arena_alloc(arena, room + 1);
	char *to = out;
	char *from = (char *)(uintptr_t)line->text.p; /* iconv() only reads it */
	size_t left = line->text.n;
	(void)iconv(conv, NULL, NULL, NULL, NULL);
	if (iconv(conv, &from, &left, &to, &room) == (size_t)-1 || left > 0)
		return false;
	line->text = (struct sv){ out, (size_t)(to - out) };
	return text_is_valid_utf8(line->text);
}

void source_decode(struct arena *arena, struct sv data, enum source_encoding encoding,
		   struct source_line **ret_lines, size_t *ret_count,
		   enum source_encoding *ret_encoding)
{
	if (sv_starts_with(data, SV("\xef\xbb\xbf"))) {
		data.p += 3;
		data.n -= 3;
		encoding = SOURCE_UTF8;
	}
	size_t count = split_lines(data, NULL);
	struct source_line *lines = arena_array(arena, struct source_line, count + 1);
	split_lines(data, lines);
	if (encoding == SOURCE_ENCODING_AUTO)
		encoding = guess_encoding(lines, count);
	iconv_t conv = encoding == SOURCE_GB18030 ? iconv_open("UTF-8", "GB18030") : (iconv_t)-1;
	for (size_t i = 0; i < count; i++) {
		if (encoding == SOURCE_UTF8 ||
		    is_ascii(lines[i].text)) /* NUL is not valid either */
			lines[i].damaged = !text_is_valid_utf8(lines[i].text);
		else
			lines[i].damaged =
				conv == (iconv_t)-1 || !decode_line(arena, conv, &lines[i]);
	}
	if (conv != (iconv_t)-1)
		iconv_close(conv);
	*ret_lines = lines;
	*ret_count = count;
	*ret_encoding = encoding;
}

/* Lines from..to as they stand in the file, joined again by line feeds. */
static struct sv join_lines(const struct source *s, struct arena *arena, size_t from, size_t to)
{
	if (from == to)
		return s->lines[from].text;
	size_t n = 0;
	for (size_t i = from; i <= to; i++)
		n += s->lines[i].text.n + 1;
	char *out = arena_alloc(arena, n);
	char *at = out;
	for (size_t i = from; i <= to; i++) {
		memcpy(at, s->lines[i].text.p, s->lines[i].text.n);
		at += s->lines[i].text.n;
		*at++ = '\n';
	}
	return (struct sv){ out, n - 1 };
}

static bool odd_quotes(struct sv text)
{
	bool odd = false;
	for (size_t i = 0; i < text.n; i++)
		odd ^= text.p[i] == '"';
	return odd;
}

/* Last line of the CSV record that begins at `from`; `from` itself when a quote stays open. */
static size_t record_end(const struct source *s, size_t from)
{
	bool open = false;
	for (size_t i = from; i < s->line_count && i - from < QUOTED_LINES_MAX; i++) {
		if (s->lines[i].damaged)
			return from;
		open ^= odd_quotes(s->lines[i].text);
		if (!open)
			return i;
	}
	return from;
}

static bool is_blank(struct sv text)
{
	return sv_trim(text).n == 0;
}

/* csv.h says where; the row already carries its line. */
static void drop_position(struct err *err)
{
	const char *mark = strstr(err->message, "列：");
	if (strncmp(err->message, "第", strlen("第")) != 0 || !mark)
		return;
	mark += strlen("列：");
	memmove(err->message, mark, strlen(mark) + 1);
}

static enum err_code read_csv_row(struct source *s, struct arena *arena, struct source_row *row)
{
	bool more = false;
	s->csv.arena = arena;
	s->csv.rest = row->original;
	s->csv.next_line = row->line;
	enum err_code code = csv_next(&s->csv, &more, &row->err);
	if (code) {
		drop_position(&row->err);
		return code;
	}
	return import_map_row(&s->map, arena, s->csv.cells, &row->json, &row->err);
}

static enum err_code read_json_row(struct arena *arena, struct source_row *row)
{
	struct json_doc *doc = NULL;
	enum err_code code = json_parse(arena, row->original, &doc, &row->err);
	if (!code && json_type(json_root(doc)) != JSON_OBJECT)
		code = err_set(&row->err, ERR_INVALID, "json-object", "应是一个 JSON 对象");
	if (!code)
		row->json = row->original;
	return code;
}

bool source_next(struct source *s, struct arena *row_arena, struct source_row *ret)
{
	while (s->at < s->line_count && !s->lines[s->at].damaged && is_blank(s->lines[s->at].text))
		s->at++;
	if (s->at >= s->line_count)
		return false;
	size_t first = s->at;
	*ret = (struct source_row){ .line = first + 1 };
	s->at++;
	if (s->lines[first].damaged) {
		err_set(&ret->err, ERR_INVALID, "encoding", "不是有效的 %s 文字",
			s->encoding == SOURCE_GB18030 ? "GB18030" : "UTF-8");
		return true;
	}
	size_t last = s->format == SOURCE_CSV ? record_end(s, first) : first;
	ret->original = join_lines(s, row_arena, first, last);
	if (ret->original.n > ROW_MAX_BYTES) {
		err_set(&ret->err, ERR_TOO_LARGE, "row-size", "这一行超过 1 MiB");
		return true;
	}
	if (s->format == SOURCE_JSONL) {
		(void)!read_json_row(row_arena, ret);
		return true;
	}
	/* A quote that is not the writer's: only this line is wrong, not those up to the next one. */
	if (read_csv_row(s, row_arena, ret) == ERR_OK || !strstr(ret->err.rule, "csv-quote"))
		s->at = last + 1;
	return true;
}

void source_rewind(struct source *s)
{
	s->at = s->first_row;
}

static enum err_code open_csv(struct source *s, struct sv mapping, struct err *err)
{
	while (s->at < s->line_count && is_blank(s->lines[s->at].text))
		s->at++;
	if (s->at >= s->line_count)
		return err_set(err, ERR_INVALID, "csv-empty", "文件里没有标题行");
	if (s->lines[s->at].damaged)
		return err_set(err, ERR_INVALID, "encoding",
			       "标题行不是有效的文字，请用 --encoding 指明编码");
	size_t last = record_end(s, s->at);
	enum err_code code = csv_open(&s->csv, s->arena, join_lines(s, s->arena, s->at, last), err);
	if (code)
		return code;
	s->at = last + 1;
	return import_map_open(&s->map, s->arena, mapping, s->csv.columns, s->csv.column_count,
			       err);
}

enum err_code source_open(struct source *s, struct arena *arena, struct sv data, struct sv mapping,
			  enum source_format format, enum source_encoding encoding, struct err *err)
{
	*s = (struct source){ .arena = arena, .format = format };
	if (sv_starts_with(data, SV("PK\x03\x04")) || sv_starts_with(data, SV("\xd0\xcf\x11\xe0")))
		return err_set(err, ERR_INVALID, "format", "这是 Excel 文件，请先另存为 CSV");
	if (sv_starts_with(data, SV("\xff\xfe")) || sv_starts_with(data, SV("\xfe\xff")))
		return err_set(err, ERR_INVALID, "format",
			       "这是 UTF-16 文字，请另存为 UTF-8 或 GB18030（ANSI）的 CSV");
	source_decode(arena, data, encoding, &s->lines, &s->line_count, &s->encoding);
	if (s->format == SOURCE_AUTO) {
		size_t i = 0;
		while (i + 1 < s->line_count && is_blank(s->lines[i].text))
			i++;
		struct sv first = s->line_count > 0 ? sv_trim(s->lines[i].text) : SV("");
		s->format = sv_starts_with(first, SV("{")) ? SOURCE_JSONL : SOURCE_CSV;
	}
	enum err_code code = s->format == SOURCE_CSV ? open_csv(s, mapping, err) : ERR_OK;
	s->first_row = s->at;
	return code;
}
