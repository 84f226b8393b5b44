/* Parameter rows: clamping, scales, text both ways. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/param.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const unit_texts[N_UNITS] = {
	[UNIT_NONE] = "",
	[UNIT_DB] = "dB",
	[UNIT_DBFS] = "dBFS",
	[UNIT_DBTP] = "dBTP",
	[UNIT_LU] = "LU",
	[UNIT_LUFS] = "LUFS",
	[UNIT_HZ] = "Hz",
	[UNIT_MS] = "ms",
	[UNIT_S] = "s",
	[UNIT_PERCENT] = "%",
	[UNIT_RATIO] = ":1",
	[UNIT_FRAMES] = "frames",
};

const char *unit_text(enum unit unit)
{
	return unit_texts[unit];
}

const char *scale_text(enum scale scale)
{
	static const char *const texts[] = { "linear", "log", "toggle", "choice" };
	return texts[scale];
}

const char *role_text(enum role role)
{
	static const char *const texts[N_ROLES] = {
		[ROLE_NONE] = "",
		[ROLE_GAIN] = "gain",
		[ROLE_CEILING] = "ceiling",
		[ROLE_LOOKAHEAD] = "lookahead",
		[ROLE_THRESHOLD] = "threshold",
		[ROLE_RATIO] = "ratio",
		[ROLE_KNEE] = "knee",
		[ROLE_BAND_ON] = "band_on",
		[ROLE_BAND_TYPE] = "band_type",
		[ROLE_BAND_FREQ] = "band_freq",
		[ROLE_BAND_GAIN] = "band_gain",
		[ROLE_BAND_Q] = "band_q",
		[ROLE_BAND_SLOPE] = "band_slope",
		[ROLE_REDUCTION] = "reduction",
		[ROLE_PEAK] = "peak",
		[ROLE_TRUE_PEAK] = "true_peak",
		[ROLE_TRUE_PEAK_MAX] = "true_peak_max",
		[ROLE_RMS] = "rms",
		[ROLE_CORRELATION] = "correlation",
		[ROLE_MOMENTARY] = "momentary",
		[ROLE_SHORT_TERM] = "short_term",
		[ROLE_INTEGRATED] = "integrated",
		[ROLE_RANGE] = "range",
		[ROLE_CHANGE] = "change",
		[ROLE_TRIM] = "trim",
		[ROLE_LIMITER] = "limiter",
		[ROLE_DITHER] = "dither",
	};
	return texts[role];
}

static bool is_discrete(const struct param *p) RT
{
	return p->scale == SCALE_TOGGLE || p->scale == SCALE_CHOICE;
}

bool param_glides(const struct param *p) RT
{
	return !is_discrete(p) && !p->jump && !p->design;
}

float param_clamp(const struct param *p, float value) RT
{
	if (p->scale == SCALE_TOGGLE)
		return value != 0 ? 1 : 0;
	if (p->scale == SCALE_CHOICE)
		value = roundf(value);
	return value < p->min ? p->min : value > p->max ? p->max : value;
}

float param_to_norm(const struct param *p, float value) RT
{
	value = param_clamp(p, value);
	if (p->max <= p->min)
		return 0;
	if (p->scale == SCALE_LOG)
		return (float)(log((double)value / p->min) / log((double)p->max / p->min));
	return (float)(((double)value - p->min) / ((double)p->max - p->min));
}

float param_from_norm(const struct param *p, float norm) RT
{
	norm = norm < 0 ? 0 : norm > 1 ? 1 : norm;
	if (p->scale == SCALE_TOGGLE)
		return norm >= 0.5f;
	if (p->scale == SCALE_LOG)
		return param_clamp(p, (float)(p->min * pow((double)p->max / p->min, norm)));
	return param_clamp(p, (float)(p->min + norm * ((double)p->max - p->min)));
}

float param_step(const struct param *p, float value, float n)
{
	if (p->scale == SCALE_TOGGLE)
		return n > 0 ? 1 : n < 0 ? 0 : value;
	if (p->scale == SCALE_CHOICE)
		return param_clamp(p, value + (n > 0 ? ceilf(n) : floorf(n)));
	if (p->scale == SCALE_LOG)
		return param_clamp(p, (float)(value * pow(p->step, n)));
	/* Onto the grid of tenths of a step, so that ten fine steps make exactly a coarse one. */
	double grid = p->step / 10.0;
	return param_clamp(p, (float)(round((value + (double)p->step * n) / grid) * grid));
}

/* Units that a person may write for a row's own, with the factor into it. */
static bool unit_factor(const struct param *p, const char *text, double *factor)
{
	static const struct {
		enum unit unit;
		const char *text;
		double factor;
	} also[] = {
		{ UNIT_HZ, "kHz", 1e3 },
		{ UNIT_HZ, "k", 1e3 },
		{ UNIT_MS, "s", 1e3 },
		{ UNIT_MS, "us", 1e-3 },
		{ UNIT_S, "ms", 1e-3 },
		{ UNIT_DBTP, "dB", 1 },
		{ UNIT_DBFS, "dB", 1 },
		{ UNIT_DB, "dBFS", 1 },
		{ UNIT_DB, "dBTP", 1 },
		{ UNIT_DB, "LU", 1 },
		{ UNIT_LUFS, "dB", 1 },
		{ UNIT_LU, "dB", 1 },
		{ UNIT_PERCENT, "percent", 1 },
		{ UNIT_FRAMES, "frame", 1 },
	};
	*factor = 1;
	if (!*text || strcasecmp(text, unit_texts[p->unit]) == 0)
		return true;
	for (size_t i = 0; i < sizeof also / sizeof also[0]; i++)
		if (also[i].unit == p->unit && strcasecmp(text, also[i].text) == 0)
			return *factor = also[i].factor, true;
	return false;
}

/* Decimal numbers only: strtod alone would take "0x10", "inf" and "nan" too. */
static bool starts_number(const char *text)
{
	text += *text == '+' || *text == '-';
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	return !hex && isdigit((unsigned char)text[text[0] == '.']);
}

static enum status parse_number(const struct param *p, const char *text, float *value, struct reason *reason)
{
	if (!starts_number(text))
		return reason_set(reason, STATUS_BAD_VALUE, "'%.40s' is not a number", text);
	char *rest;
	double number = strtod(text, &rest); /* the program never leaves the C locale for numbers */
	if (!isfinite(number))
		return reason_set(reason, STATUS_BAD_VALUE, "'%.40s' is not a finite number", text);
	if (*rest == ',')
		return reason_set(reason, STATUS_BAD_VALUE, "'%.40s' is not a number (decimals follow a point)", text);
	rest += strspn(rest, " \t");
	double factor;
	if (!unit_factor(p, rest, &factor))
		return reason_set(reason, STATUS_BAD_VALUE, "'%.20s' is not a unit of this parameter (%s)", rest,
			p->unit == UNIT_NONE ? "it has none" : unit_texts[p->unit]);
	/* Without a factor rounded once, from the text: so that exact text reads back as the same float. */
	float rounded = factor == 1 ? strtof(text, NULL) : (float)(number *= factor);
	/* A few of a float's steps beyond the end are the end: 0.1f is not 0.1. */
	double slack = 1e-6 * fmax(fabs(p->min), fabs(p->max));
	if (number < p->min - slack || number > p->max + slack)
		return reason_set(reason, STATUS_BAD_VALUE, "%.40s is out of range (%g to %g%s%s)", text, p->min,
			p->max, p->unit == UNIT_NONE || p->unit == UNIT_RATIO ? "" : " ", unit_texts[p->unit]);
	*value = param_clamp(p, rounded);
	return STATUS_OK;
}

static enum status parse_toggle(const char *text, float *value, struct reason *reason)
{
	static const char *const on[] = { "on", "true", "yes", "1", "T" }, *const off[] = { "off", "false", "no", "0",
		"F" };
	for (size_t i = 0; i < sizeof on / sizeof on[0]; i++) {
		if (strcasecmp(text, on[i]) == 0)
			return *value = 1, STATUS_OK;
		if (strcasecmp(text, off[i]) == 0)
			return *value = 0, STATUS_OK;
	}
	return reason_set(reason, STATUS_BAD_VALUE, "'%.40s' is neither on nor off", text);
}

static int find_choice(const struct param *p, const char *name, size_t length)
{
	for (int i = 0; i <= (int)p->max; i++)
		if (strncasecmp(name, p->choices[i], length) == 0 && p->choices[i][length] == '\0')
			return i;
	return -1;
}

/* Numbers among choices may carry what they count: "24 dB/oct", "4096 frames". */
static bool counts_something(const struct param *p, const char *text)
{
	static const char *const words[] = { "dB/oct", "dB/octave", "bit", "bits", "frames", "x" };
	text += strspn(text, " \t");
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return *text && strcasecmp(text, unit_texts[p->unit]) == 0;
}

static enum status parse_choice(const struct param *p, const char *text, float *value, struct reason *reason)
{
	int found = find_choice(p, text, strlen(text));
	size_t digits = strspn(text, "0123456789.");
	if (found < 0 && digits && counts_something(p, text + digits))
		found = find_choice(p, text, digits);
	if (found >= 0)
		return *value = (float)found, STATUS_OK;
	char names[200] = "";
	for (int i = 0; i <= (int)p->max; i++) {
		size_t used = strlen(names);
		snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", p->choices[i]);
	}
	return reason_set(reason, STATUS_BAD_VALUE, "'%.40s' is none of: %s", text, names);
}

/* Word processors write a minus sign and no-break spaces where keyboards write '-' and a space. */
static void as_ascii(char *text)
{
	static const struct {
		const char *typeset, *plain;
	} forms[] = { { "\u2212", "-" }, { "\u00a0", " " }, { "\u202f", " " }, { "\u2009", " " } };
	char *to = text;
	while (*text) {
		size_t i = 0, n = sizeof forms / sizeof forms[0];
		while (i < n && strncmp(text, forms[i].typeset, strlen(forms[i].typeset)) != 0)
			i++;
		*to++ = i < n ? forms[i].plain[0] : *text;
		text += i < n ? strlen(forms[i].typeset) : 1;
	}
	*to = '\0';
}

enum status param_parse(const struct param *p, const char *text, float *value, struct reason *reason)
{
	text += strspn(text, " \t");
	size_t length = strlen(text);
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	char copy[64], *word = copy;
	if (length >= sizeof copy)
		return reason_set(reason, STATUS_BAD_VALUE, "the value is too long");
	memcpy(copy, text, length);
	copy[length] = '\0';
	as_ascii(copy);
	word += strspn(word, " ");
	for (length = strlen(word); length && word[length - 1] == ' '; length--)
		word[length - 1] = '\0';
	if (p->scale == SCALE_TOGGLE)
		return parse_toggle(word, value, reason);
	if (p->scale == SCALE_CHOICE)
		return parse_choice(p, word, value, reason);
	return parse_number(p, word, value, reason);
}

static int decimals(const struct param *p, float value)
{
	switch (p->unit) {
	case UNIT_HZ:
		return fabsf(value) < 100 ? 1 : 0;
	case UNIT_MS:
		return fabsf(value) < 10 ? 2 : fabsf(value) < 100 ? 1 : 0;
	case UNIT_PERCENT:
	case UNIT_FRAMES:
		return 0;
	case UNIT_NONE:
	case UNIT_RATIO:
	case UNIT_S:
		return 2;
	default:
		return 1;
	}
}

void param_format(const struct param *p, float value, char *text, size_t size)
{
	if (is_discrete(p)) {
		param_format_exact(p, value, text, size);
		return;
	}
	int places = decimals(p, value);
	/* No "-0.0". */
	if (fabs(value) < 0.5 * pow(10, -places))
		value = 0;
	if (p->unit == UNIT_HZ && value >= 1000)
		snprintf(text, size, "%.2f kHz", value / 1000);
	else if (p->unit == UNIT_RATIO)
		snprintf(text, size, "%.2f:1", value);
	else
		snprintf(text, size, "%.*f%s%s", places, value, p->unit == UNIT_NONE ? "" : " ", unit_texts[p->unit]);
}

void param_format_exact(const struct param *p, float value, char *text, size_t size)
{
	if (p->scale == SCALE_TOGGLE) {
		snprintf(text, size, "%s", value != 0 ? "on" : "off");
		return;
	}
	if (p->scale == SCALE_CHOICE) {
		snprintf(text, size, "%s", p->choices[(int)param_clamp(p, value)]);
		return;
	}
	/* Nine digits tell all floats apart; mostly fewer do. */
	int digits = 1;
	do
		snprintf(text, size, "%.*e", digits - 1, value);
	while (strtof(text, NULL) != value && ++digits <= 9);
	const char *e = strchr(text, 'e');
	int exponent = e ? atoi(e + 1) : 0;
	/* As people write numbers, unless that takes a row of zeros. */
	if (value == 0)
		snprintf(text, size, "0");
	else if (exponent >= -6 && exponent < 9)
		snprintf(text, size, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 0, value);
	else
		snprintf(text, size, "%.*e", digits - 1, value);
}
