/* SPDX-License-Identifier: MulanPSL-2.0
 *
 * The charts of the audit, drawn with Cairo: lines of rates over periods, columns of counts over periods, bars of
 * rates by unit. Internal to lib/report.
 *
 * Series differ by lightness, by the shape of the mark and by the stroke, not by colour alone: the page may be printed
 * grey. A rate without a denominator is a gap, never 100 %. Every chart repeats figures of a table, so it carries no tag;
 * its numbers are written beside its marks. */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "report/audit_document.h"
#include "report/paper.h"

struct chart_series {
	const char *name;                  /* for the legend */
	const struct audit_figure *points; /* one per label */
	enum paper_color color;
};

struct chart_box {
	double x, y, width, height;
};

/* Rates in percent; labels are periods ("2026-10" is written as 10月 with its year below). At most two series. */
void chart_lines(struct paper *p, const struct chart_box *box, const char *const *labels, size_t count,
		 const struct chart_series *series, size_t series_count);

/* One column per period: the denominator in light, the numerator in front of it. */
void chart_columns(struct paper *p, const struct chart_box *box, const char *title, const char *whole,
		   const char *part, const char *const *labels, size_t count, const struct chart_series *series);

/* One group of bars per label, each from 0 to 100 %, the figures behind them; flows over pages. */
void chart_bars(struct paper *p, const char *const *labels, size_t count, const struct chart_series *series,
		size_t series_count, const char *const *none);

#endif
