/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * audit.csv: RFC 4180 in UTF-8 with byte order mark (so that Excel reads it as UTF-8), one line per matter, columns
 * named as in audit.json. A text that a spreadsheet would take for a formula gets an apostrophe in front. */
#include <inttypes.h>
#include <stdio.h>

#include "report/output.h"
#include "report/report.h"

/* Also in full width, which an East Asian Excel takes for the same. */
static bool looks_like_formula(const char *text)
{
	static const char *const wide[] = { "＝", "＋", "－", "＠" };

	for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
		if (strncmp(text, wide[i], strlen(wide[i])) == 0)
			return true;
	}
	return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
}

/* A cell behind another. */
static void cell(FILE *f, const char *text)
{
	bool formula = looks_like_formula(text), quoted = formula || strpbrk(text, ",\"\r\n") != NULL;

	fputc(',', f);
	if (quoted)
		fputc('"', f);
	if (formula)
		fputc('\'', f);
	for (const char *c = text; *c; c++) {
		if (*c == '"')
			fputc('"', f);
		fputc(*c, f);
	}
	if (quoted)
		fputc('"', f);
}

static const char *side_text(enum audit_side side)
{
	return side == AUDIT_IN ? "in" : side == AUDIT_OUT ? "out" : "";
}

static void head(FILE *f, const struct audit_document *doc)
{
	fputs("\xEF\xBB\xBFid,number,title,party,procedure,unit,officer,ip_type,campaigns", f);
	for (enum audit_date d = 0; d < AUDIT_DATE_COUNT; d++)
		fprintf(f, ",%s", audit_date_name(d));
	fputs(",performing_open,declined,excluded", f);
	for (size_t m = 0; m < doc->metric_count; m++)
		fprintf(f, ",%s", doc->metrics[m].code);
	fputs("\r\n", f);
}

static void line(FILE *f, const struct audit_document *doc, const struct audit_case *c)
{
	const char *const texts[] = { c->number, c->title, c->party, c->procedure, c->unit->key, c->officer->key,
				      c->ip_type };
	struct str campaigns = STR_INIT(1 << 16);
	char day[11];

	fprintf(f, "%" PRId64, c->id);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		cell(f, texts[i]);
	for (size_t i = 0; i < c->campaign_count; i++)
		str_printf(&campaigns, "%s%s", i ? ";" : "", c->campaigns[i]->key);
	cell(f, str_cstr(&campaigns));
	str_release(&campaigns);
	for (enum audit_date d = 0; d < AUDIT_DATE_COUNT; d++) {
		day_format(c->dates[d], day);
		cell(f, day);
	}
	cell(f, c->performing_open ? "true" : "");
	cell(f, c->declined ? "true" : "");
	cell(f, c->excluded);
	for (size_t m = 0; m < doc->metric_count; m++)
		cell(f, side_text((enum audit_side)c->side[m]));
	fputs("\r\n", f);
}

enum err_code report_audit_csv(const struct audit_document *doc, const char *path, struct err *err)
{
	struct output out;
	enum err_code code = output_begin(&out, path, true, err);

	if (code != ERR_OK)
		return code;
	head(out.file, doc);
	for (size_t i = 0; i < doc->case_count && !ferror(out.file); i++)
		line(out.file, doc, &doc->cases[i]);
	return output_end(&out, ERR_OK, err);
}
