/* Writes JSON (RFC 8259): objects and arrays with their commas, text as valid UTF-8, numbers, null where there is none.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_JSON_H
#define SRC_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { JSON_DEPTH = 16 };

/* Members on one line, or each on a line of its own, indented. */
enum json_layout { JSON_INLINE, JSON_LINES };

/* Set by json_start(); nothing to free. */
struct json {
	FILE *to;
	unsigned depth;
	struct {
		char end; /* what closes it */
		enum json_layout layout;
		bool filled;
	} open[JSON_DEPTH];
};

void json_start(struct json *, FILE *to);

/* key NULL: an element of an array, or the outermost value. Deeper than JSON_DEPTH is a bug (it aborts), as is
 * json_end() with nothing open. Closing the outermost value ends its line. */
void json_object(struct json *, const char *key, enum json_layout);
void json_array(struct json *, const char *key, enum json_layout);
void json_end(struct json *);

/* Text of any bytes, NULL is null: what is not UTF-8 (overlong forms and surrogates too) becomes U+FFFD, and what
 * a terminal might obey (utf8_printable) is escaped. */
void json_text(struct json *, const char *key, const char *text);

/* The shortest decimal number that reads back as the same double, or as the same float. NaN and infinity: null. */
void json_number(struct json *, const char *key, double value);
void json_float(struct json *, const char *key, float value);

/* Rounded to so many places. NaN and infinity: null. */
void json_places(struct json *, const char *key, double value, int places);

void json_count(struct json *, const char *key, uint64_t value);
void json_bool(struct json *, const char *key, bool value);
void json_null(struct json *, const char *key);

#endif
