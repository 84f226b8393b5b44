/* The pure parts of the terminal UI: text, bars, layout, pages, keys, the curve. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/rack.h"
#include "rack/model/registry.h"
#include "tui/bar.h"
#include "tui/curve.h"
#include "tui/layout.h"
#include "tui/page.h"
#include "tui/text.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_near(double value, double wanted, double within)
{
	if (!(fabs(value - wanted) <= within))
		fail_msg("%.12g is not %.12g", value, wanted);
}

/* ---- Text */

static void expect_clip(const char *text, int columns, bool ascii, const char *wanted, int taken)
{
	char out[64];
	assert_int_equal(text_clip(out, sizeof out, text, columns, ascii), taken);
	assert_string_equal(out, wanted);
}

static void test_text_is_cut_at_columns(void **state)
{
	(void)state;
	expect_clip("threshold", 4, false, "thre", 4);
	expect_clip("", 4, false, "", 0);
	expect_clip("abc", 0, false, "", 0);
	expect_clip("größe", 3, false, "grö", 3);
	expect_clip("音量", 3, false, "音", 2); /* two columns each */
	expect_clip("音量", 4, false, "音量", 4);
	assert_int_equal(text_columns("音量 größe", false), 10);
}

static void expect_cut(const char *text, int columns, bool ascii, const char *wanted, int taken)
{
	char out[64];
	assert_int_equal(text_cut(out, sizeof out, text, columns, ascii), taken);
	assert_string_equal(out, wanted);
}

static void test_text_that_is_cut_says_so(void **state)
{
	(void)state;
	expect_cut("threshold", 9, false, "threshold", 9);
	expect_cut("threshold", 8, false, "thresho…", 8);
	expect_cut("threshold", 8, true, "thresho~", 8);
	expect_cut("threshold  ", 9, false, "threshold", 9); /* nothing but blanks is lost */
	expect_cut("größer", 5, false, "größ…", 5);
	expect_cut("größer", 6, true, "gr??er", 6);
	expect_cut("größer", 5, true, "gr??~", 5);
	expect_cut("音量音量", 6, false, "音量…", 5);
	expect_cut("threshold", 3, false, "thr", 3); /* too narrow for more than a beginning */
}

static void test_text_shows_no_control_or_broken_characters(void **state)
{
	(void)state;
	expect_clip("a\033[2Jb", 10, false, "a?[2Jb", 6);
	expect_clip("a\xff"
		    "b",
		10, false, "a?b", 3);
	expect_clip("a\xc3", 10, false, "a?", 2);
	expect_clip("größe", 10, true, "gr??e", 5);
}

static void test_text_stays_within_its_memory(void **state)
{
	(void)state;
	char out[6] = "xxxxx";
	assert_int_equal(text_clip(out, 4, "ää", 10, false), 1);
	assert_string_equal(out, "ä");
	text_pad(out, sizeof out, "ab", 4, false);
	assert_string_equal(out, "ab  ");
	text_pad(out, sizeof out, "abcdefgh", 8, false);
	assert_string_equal(out, "abcde");
}

/* ---- Bars */

static void expect_bar(double fill, bool ascii, const char *wanted)
{
	char out[BAR_SIZE(4)];
	bar_text(out, sizeof out, fill, 4, ascii);
	assert_string_equal(out, wanted);
}

static void test_bars_fill_in_eighths(void **state)
{
	(void)state;
	expect_bar(0, false, "    ");
	expect_bar(1, false, "████");
	expect_bar(0.5, false, "██  ");
	expect_bar(1 / 32.0, false, "▏   ");
	expect_bar(31 / 32.0, false, "███▉");
	expect_bar(13 / 32.0, false, "█▋  ");
	expect_bar(-1, false, "    ");
	expect_bar(7, false, "████");
	expect_bar((double)NAN, false, "    ");
	expect_bar(0.5, true, "==  ");
	expect_bar(0.375, true, "=-  ");
}

static void test_bars_never_shrink_as_they_fill(void **state)
{
	(void)state;
	char before[BAR_SIZE(20)] = "", out[BAR_SIZE(20)];
	int changes = 0;
	for (int i = 0; i <= 1600; i++) {
		bar_text(out, sizeof out, i / 1600.0, 20, false);
		assert_int_equal(text_columns(out, false), 20);
		changes += strcmp(out, before) != 0;
		memcpy(before, out, sizeof out);
	}
	assert_int_equal(changes, 161); /* empty and 20 columns of 8 steps */
}

static void test_sliders_have_one_knob(void **state)
{
	(void)state;
	char out[BAR_SIZE(9)];
	bar_slider(out, sizeof out, 0.5, 0, 9, true);
	assert_string_equal(out, "====|----");
	bar_slider(out, sizeof out, 0, 0.5, 9, true);
	assert_string_equal(out, "|====----");
	bar_slider(out, sizeof out, 1, 0.5, 9, false);
	assert_string_equal(out, "────━━━━┃");
}

/* The table of IEC 60268-18, as far as it is used here: 0 dBFS at the end, -20 in the middle, -60 at 2.5 %. */
static void test_meter_scale(void **state)
{
	(void)state;
	static const struct {
		double db, position;
	} points[] = { { -70, 0 }, { -60, 0.025 }, { -50, 0.075 }, { -40, 0.15 }, { -30, 0.3 }, { -20, 0.5 },
		{ -10, 0.75 }, { 0, 1 }, { 6, 1 }, { -200, 0 } };
	for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
		assert_near(bar_level(points[i].db), points[i].position, 1e-12);
	assert_near(bar_level((double)-INFINITY), 0, 0);
	assert_near(bar_level((double)NAN), 0, 0);
}

static void test_figures(void **state)
{
	(void)state;
	static const struct {
		double db;
		const char *text;
	} cases[] = { { -12.34, "-12.3" }, { -0.04, "0.0" }, { -144, "-inf" }, { 3, "3.0" }, { -119.9, "-119.9" } };
	char out[16];
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bar_figure(out, sizeof out, cases[i].db);
		assert_string_equal(out, cases[i].text);
	}
	bar_figure(out, sizeof out, (double)NAN);
	assert_string_equal(out, "-inf");
}

/* ---- Layout */

static void test_layout_fills_the_screen_without_overlap(void **state)
{
	(void)state;
	for (int rows = LAYOUT_ROWS_MIN; rows < 120; rows++)
		for (int columns = LAYOUT_COLUMNS_MIN; columns < 300; columns += 7) {
			struct layout l;
			layout_compute(&l, rows, columns);
			assert_true(l.fits);
			assert_int_equal(LAYOUT_HEAD_ROWS, l.main_y);
			assert_int_equal(l.main_y + l.main_rows, l.meters_y);
			assert_int_equal(l.meters_y + LAYOUT_METER_ROWS, l.foot_y);
			assert_int_equal(l.foot_y + LAYOUT_FOOT_ROWS, rows);
			assert_int_equal(l.slot_x + l.slot_columns, columns);
			assert_true(l.main_rows - l.curve_rows >= 11); /* a title, a head, eight bands and one line */
			if (l.curve_rows > LAYOUT_CURVE_ROWS)
				assert_true(l.main_rows - l.curve_rows >= 14); /* and bypass, solo, delta */
		}
}

static void test_layout_says_when_it_does_not_fit(void **state)
{
	(void)state;
	struct layout l;
	layout_compute(&l, 23, 80);
	assert_false(l.fits);
	layout_compute(&l, 24, 79);
	assert_false(l.fits);
	layout_compute(&l, 24, 80);
	assert_true(l.fits);
	assert_int_equal(l.curve_rows, 0);
	layout_compute(&l, 40, 80);
	assert_int_equal(l.curve_rows, 14);
	layout_compute(&l, 31, 80);
	assert_int_equal(l.curve_rows, LAYOUT_CURVE_ROWS);
	layout_compute(&l, 99, 80);
	assert_int_equal(l.curve_rows, LAYOUT_CURVE_ROWS_MAX);
}

static void test_scrolling_keeps_the_cursor_in_sight(void **state)
{
	(void)state;
	for (int n = 1; n < 30; n++)
		for (int visible = 1; visible < 12; visible++)
			for (int top = 0; top < n; top++)
				for (int cursor = 0; cursor < n; cursor++) {
					int got = layout_scroll(top, cursor, visible, n);
					assert_true(got >= 0 && got <= cursor && cursor < got + visible);
					assert_true(n <= visible ? got == 0 : got + visible <= n);
				}
	assert_int_equal(layout_scroll(3, 5, 10, 40), 3); /* no move without need */
}

/* ---- Pages */

/* A slot as the mirror has it, with the rows of ids; rows must end with the host's three. */
struct fixture {
	struct remote_slot slot;
	struct remote_param params[MODULE_PARAMS_MAX + N_HOST_PARAMS];
};

static void add_row(struct fixture *f, uint32_t i, const struct param *row)
{
	f->params[i] = (struct remote_param){ .row = *row, .value = row->def, .known = true };
	snprintf(f->params[i].id, sizeof f->params[i].id, "%s", row->id);
	f->params[i].row.id = f->params[i].id;
}

static void fill(struct fixture *f, const struct param *rows, uint32_t n)
{
	memset(f, 0, sizeof *f);
	f->slot.n_params = n;
	f->slot.n_rows = n + N_HOST_PARAMS;
	f->slot.bypass = n;
	f->slot.solo = n + 1;
	f->slot.delta = n + 2;
	f->slot.params = f->params;
	for (uint32_t i = 0; i < n; i++)
		add_row(f, i, &rows[i]);
	for (uint32_t i = 0; i < N_HOST_PARAMS; i++)
		add_row(f, n + i, &host_params[i]);
}

static const struct param *eq_rows(uint32_t *n)
{
	static char ids[24][16];
	static struct param rows[25];
	static const char *const fields[] = { "on", "freq", "gain" };
	for (int i = 0; i < 24; i++) {
		snprintf(ids[i], sizeof ids[i], "band%d/%s", i / 3 + 1, fields[i % 3]);
		rows[i] = (struct param){ .id = ids[i],
			.label = "x",
			.unit = UNIT_HZ,
			.scale = SCALE_LOG,
			.min = 20,
			.max = 20000,
			.def = 100,
			.step = 1.1f,
			.help = "x" };
	}
	rows[24] = (struct param){
		.id = "gain", .label = "Gain", .unit = UNIT_DB, .min = -24, .max = 24, .step = 1, .help = "x"
	};
	*n = 25;
	return rows;
}

static void test_bands_become_a_table(void **state)
{
	(void)state;
	struct fixture *f = malloc(sizeof *f);
	struct page page;
	uint32_t n, line, cell;
	const struct param *rows = eq_rows(&n);
	fill(f, rows, n);
	page_build(&page, &f->slot);
	assert_int_equal(page.n_tables, 1);
	assert_int_equal(page.tables[0].n_columns, 3);
	assert_string_equal(page.tables[0].fields[1], "freq");
	assert_int_equal(page.tables[0].widths[1], 9); /* "20.00 kHz" */
	assert_int_equal(page.n_lines, 1 + 8 + 1 + 3);
	assert_int_equal(page.lines[0].kind, PAGE_HEAD);
	assert_true(page_find(&page, 3 * 4 + 2, &line, &cell));
	assert_int_equal(page.lines[line].number, 5);
	assert_int_equal(cell, 2);
	free(f);
}

static void test_lone_numbers_stay_single_lines(void **state)
{
	(void)state;
	static const struct param rows[] = { { .id = "crossover1", .max = 1 }, { .id = "crossover2", .max = 1 },
		{ .id = "side1/gain", .max = 1 }, { .id = "side1/freq", .max = 1 }, { .id = "ratio", .max = 1 } };
	struct fixture *f = malloc(sizeof *f);
	struct page page;
	fill(f, rows, 5);
	page_build(&page, &f->slot);
	assert_int_equal(page.n_lines, 5 + 3);
	for (uint32_t i = 0; i < page.n_lines; i++)
		assert_int_equal(page.lines[i].kind, PAGE_SINGLE);
	free(f);
}

/* Whatever rows a module has: each is on the page once and can be reached by the arrows. */
static void test_every_row_of_every_module_is_reached(void **state)
{
	(void)state;
	struct fixture *f = malloc(sizeof *f);
	struct page *page = malloc(sizeof *page);
	assert_true(registry_count() > 0);
	for (uint32_t m = 0; m < registry_count(); m++) {
		const struct module *module = registry_at(m);
		bool seen[MODULE_PARAMS_MAX + N_HOST_PARAMS] = { false };
		fill(f, module->params, module->n_params);
		page_build(page, &f->slot);
		uint32_t param = 0, line, cell, n = module->n_params + N_HOST_PARAMS;
		for (uint32_t step = 0; step <= page->n_lines; step++) {
			for (uint32_t at = page_move_cell(page, param, -1), last = param; at != last;
				at = page_move_cell(page, at, -1))
				seen[last = at] = true;
			for (uint32_t at = param, last = PAGE_NONE; at != last; at = page_move_cell(page, last, 1))
				seen[last = at] = true;
			param = page_move(page, param, 1, 0);
		}
		for (uint32_t i = 0; i < n; i++) {
			assert_true(page_find(page, i, &line, &cell));
			if (!seen[i])
				fail_msg("%s: the cursor never comes to %s", module->id, f->params[i].id);
		}
		assert_int_equal(page_move(page, n - 1, 1, 0), n - 1);
		assert_int_equal(page_move(page, 0, -1, 0), 0);
	}
	free(page);
	free(f);
}

static void test_a_table_row_never_hides_under_its_head(void **state)
{
	(void)state;
	struct fixture *f = malloc(sizeof *f);
	struct page page;
	uint32_t n;
	const struct param *rows = eq_rows(&n);
	fill(f, rows, n);
	page_build(&page, &f->slot);
	for (int visible = 2; visible < 14; visible++)
		for (int top = 0; top < (int)page.n_lines; top++)
			for (int line = 1; line < (int)page.n_lines; line++) {
				int got = page_scroll(&page, top, line, visible);
				assert_true(got <= line && line < got + visible && got >= 0);
				assert_false(got == line && page.lines[line].kind == PAGE_ROW);
			}
	free(f);
}

static void test_columns_that_fit(void **state)
{
	(void)state;
	struct page_table table = { .n_columns = 3, .widths = { 4, 9, 6 } };
	assert_int_equal(page_columns_fitting(&table, 0, 22), 3);
	assert_int_equal(page_columns_fitting(&table, 0, 21), 2);
	assert_int_equal(page_columns_fitting(&table, 1, 21), 2);
	assert_int_equal(page_columns_fitting(&table, 0, 4), 0);
}

/* ---- The curve */

static double band_db(const char *type, double gain, double q, int slope, double freq)
{
	struct curve_band band = { .type = type, .freq = 1000, .gain = gain, .q = q, .slope = slope };
	return curve_band_db(&band, freq);
}

static void test_curve_at_known_points(void **state)
{
	(void)state;
	const double butterworth = sqrt(0.5);
	assert_near(band_db("bell", 6, 1, 12, 1000), 6, 1e-9);
	assert_near(band_db("bell", 6, 1, 12, 1), 0, 1e-3);
	assert_near(band_db("bell", 6, 2, 12, 500), band_db("bell", 6, 2, 12, 2000), 1e-9);
	assert_near(band_db("low_shelf", -9, butterworth, 12, 1), -9, 1e-3);
	assert_near(band_db("low_shelf", -9, butterworth, 12, 1000), -4.5, 1e-9);
	assert_near(band_db("low_shelf", -9, butterworth, 12, 1e6), 0, 1e-3);
	assert_near(band_db("high_shelf", 4, butterworth, 12, 1e6), 4, 1e-3);
	assert_near(band_db("high_shelf", 4, butterworth, 12, 1000), 2, 1e-9);
	for (int slope = 6; slope <= 48; slope *= 2) {
		assert_near(band_db("highpass", 0, butterworth, slope, 1000), -10 * log10(2), 1e-9);
		/* Butterworth: |H|^2 = 1 / (1 + x^(2n)), n = slope / 6 */
		assert_near(band_db("lowpass", 0, butterworth, slope, 2000), -10 * log10(1 + pow(2, slope / 3)), 1e-9);
		assert_near(band_db("highpass", 0, butterworth, slope, 500), -10 * log10(1 + pow(2, slope / 3)), 1e-9);
	}
	assert_near(band_db("lowpass", 0, 2, 24, 1000), 20 * log10(2), 1e-9);
	assert_true(band_db("notch", 0, 1, 12, 1000) < -100);
	assert_near(band_db("tilt", 6, 1, 12, 1000), 0, 1e-9);
	assert_near(band_db("tilt", 6, 1, 12, 1e7), 3, 1e-3);
	assert_near(band_db("tilt", 6, 1, 12, 1e-3), -3, 1e-3);
	assert_near(band_db("something new", 6, 1, 12, 1000), 0, 0);
}

static void test_curve_is_placed_on_the_picture(void **state)
{
	(void)state;
	assert_int_equal(curve_half_row(12, 12, 7), 0);
	assert_int_equal(curve_half_row(-12, 12, 7), 13);
	assert_int_equal(curve_half_row(99, 12, 7), 0);
	assert_int_equal(curve_half_row(-99, 12, 7), 13);
	assert_near(curve_freq(0, 50), 20, 1e-9);
	assert_near(curve_freq(49, 50), 20000, 1e-6);
	assert_int_equal(curve_cell(2, 4, 4), CURVE_UPPER);
	assert_int_equal(curve_cell(2, 5, 5), CURVE_LOWER);
	assert_int_equal(curve_cell(2, 7, 3), CURVE_BOTH);
	assert_int_equal(curve_cell(2, 0, 3), CURVE_EMPTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_cut_at_columns),
		cmocka_unit_test(test_text_that_is_cut_says_so),
		cmocka_unit_test(test_text_shows_no_control_or_broken_characters),
		cmocka_unit_test(test_text_stays_within_its_memory),
		cmocka_unit_test(test_bars_fill_in_eighths),
		cmocka_unit_test(test_bars_never_shrink_as_they_fill),
		cmocka_unit_test(test_sliders_have_one_knob),
		cmocka_unit_test(test_meter_scale),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_layout_fills_the_screen_without_overlap),
		cmocka_unit_test(test_layout_says_when_it_does_not_fit),
		cmocka_unit_test(test_scrolling_keeps_the_cursor_in_sight),
		cmocka_unit_test(test_bands_become_a_table),
		cmocka_unit_test(test_lone_numbers_stay_single_lines),
		cmocka_unit_test(test_every_row_of_every_module_is_reached),
		cmocka_unit_test(test_a_table_row_never_hides_under_its_head),
		cmocka_unit_test(test_columns_that_fit),
		cmocka_unit_test(test_curve_at_known_points),
		cmocka_unit_test(test_curve_is_placed_on_the_picture),
	};
	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
