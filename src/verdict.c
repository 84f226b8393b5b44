/* Verdicts of loudness targets, printed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/verdict.h"

#include "src/json.h"

#include <math.h>

struct target_reading verdict_reading(const struct measurement *m)
{
	return (struct target_reading){ .integrated_lufs = m->integrated_lufs,
		.short_term_max_lufs = m->short_term_max_lufs,
		.true_peak_dbtp = m->true_peak_dbtp,
		.whole = true };
}

/* What reads as no gain is none: not "-0.0". */
static double places_1(double value)
{
	return round(value * 10) / 10 + 0.0;
}

bool verdict_print(const struct target *const *targets, uint32_t n, const struct measurement *m, FILE *to)
{
	const struct target_reading r = verdict_reading(m);
	bool all = true;
	for (uint32_t i = 0; i < n; i++) {
		enum target_verdict verdict = target_verdict(targets[i], &r);
		double delta = target_delta(targets[i], &r), gain = places_1(target_gain(targets[i], &r));
		all &= verdict == TARGET_OK;
		fprintf(to, "  %-16s %7s", targets[i]->name, target_verdict_text(verdict));
		if (isfinite(delta))
			fprintf(to, " %+6.2f LU, the service turns it by %+.1f dB", delta, gain);
		fprintf(to, "\n");
	}
	return all;
}

bool verdict_print_json(const struct target *const *targets, uint32_t n, const struct measurement *m, struct json *j)
{
	const struct target_reading r = verdict_reading(m);
	bool all = true;
	json_array(j, "targets", JSON_INLINE);
	for (uint32_t i = 0; i < n; i++) {
		enum target_verdict verdict = target_verdict(targets[i], &r);
		all &= verdict == TARGET_OK;
		json_object(j, NULL, JSON_INLINE);
		json_text(j, "name", targets[i]->name);
		json_text(j, "verdict", target_verdict_text(verdict));
		json_places(j, "delta_lu", target_delta(targets[i], &r), 2);
		json_places(j, "gain_db", target_gain(targets[i], &r), 2);
		json_end(j);
	}
	json_end(j);
	return all;
}
