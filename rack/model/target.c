/* Loudness targets: their rows, verdict, difference and the service's gain. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/model/target.h"

#include <math.h>

static const char *const raises[] = {
	[TARGET_RAISE_NO] = "no", [TARGET_RAISE_PEAK] = "peak", [TARGET_RAISE_YES] = "yes"
};

/* clang-format off */
const struct param target_rows[N_TARGET_ROWS] = {
	[TARGET_INTEGRATED] = { .id = "integrated", .label = "Integrated", .unit = UNIT_LUFS, .min = -60, .max = 0, .def = -14,
		.step = 0.5f, .help = "Integrated loudness in LUFS" },
	[TARGET_TOLERANCE] = { .id = "tolerance", .label = "Tolerance", .unit = UNIT_LU, .min = 0, .max = 20, .def = 1, .step = 0.1f,
		.help = "How far integrated loudness may be off, in LU" },
	[TARGET_TRUE_PEAK] = { .id = "true_peak", .label = "True peak", .unit = UNIT_DBTP, .min = -20, .max = 0, .def = -1,
		.step = 0.1f, .help = "Highest true peak in dBTP" },
	[TARGET_SHORT_TERM] = { .id = "short_term", .label = "Short-term", .unit = UNIT_LUFS, .min = -60, .max = 0, .def = 0,
		.step = 0.5f, .help = "Highest short-term loudness in LUFS" },
	[TARGET_RAISE] = { .id = "raise", .label = "Raise", .scale = SCALE_CHOICE, .max = TARGET_RAISE_YES, .step = 1,
		.choices = raises, .help = "Whether the service turns quiet sound up: no, up to the true peak, or all the way" },
	[TARGET_CUT] = { .id = "cut", .label = "Cut", .scale = SCALE_TOGGLE, .max = 1, .def = 1, .step = 1,
		.help = "Whether the service turns loud sound down (on, off)" },
	[TARGET_ALBUM] = { .id = "album", .label = "Album", .scale = SCALE_TOGGLE, .max = 1, .def = 0, .step = 1,
		.help = "Whether an album is turned as a whole (on, off)" },
};
/* clang-format on */

static const char *const verdicts[N_TARGET_VERDICTS] = {
	[TARGET_OK] = "ok",
	[TARGET_LOUD] = "loud",
	[TARGET_SOFT] = "soft",
	[TARGET_PEAK] = "peak",
	[TARGET_WAIT] = "wait",
};

const char *target_verdict_text(enum target_verdict verdict)
{
	return verdicts[verdict];
}

double target_delta(const struct target *t, const struct target_reading *r)
{
	if (!t->asks[TARGET_INTEGRATED] || !isfinite(r->integrated_lufs))
		return NAN;
	return r->integrated_lufs - (double)t->values[TARGET_INTEGRATED];
}

double target_gain(const struct target *t, const struct target_reading *r)
{
	double delta = target_delta(t, r);
	if (!(delta < 0))
		return isnan(delta) || t->values[TARGET_CUT] != 0 ? 0 - delta : 0;
	switch ((enum target_raise)t->values[TARGET_RAISE]) {
	case TARGET_RAISE_YES:
		return -delta;
	case TARGET_RAISE_PEAK:
		return fmin(-delta, fmax(0, (double)t->values[TARGET_TRUE_PEAK] - r->true_peak_dbtp));
	case TARGET_RAISE_NO:
		break;
	}
	return 0;
}

static bool is_settled(const struct target_reading *r)
{
	enum { LONG_ENOUGH_S = 30 };
	return isfinite(r->integrated_lufs) && (r->whole || r->measured_s >= LONG_ENOUGH_S || r->moved_lu < 0.1);
}

enum target_verdict target_verdict(const struct target *t, const struct target_reading *r)
{
	/* Figures are told with two decimals: what reads as the limit keeps it. */
	const double half_a_digit = 0.005;
	double delta = target_delta(t, r), tolerance = (double)t->values[TARGET_TOLERANCE] + half_a_digit;
	if (r->true_peak_dbtp > (double)t->values[TARGET_TRUE_PEAK] + TARGET_PEAK_MARGIN_DB)
		return TARGET_PEAK;
	if (!is_settled(r))
		return TARGET_WAIT;
	if (delta > tolerance || (t->asks[TARGET_SHORT_TERM] &&
					 r->short_term_max_lufs > (double)t->values[TARGET_SHORT_TERM] + half_a_digit))
		return TARGET_LOUD;
	return delta < -tolerance ? TARGET_SOFT : TARGET_OK;
}
