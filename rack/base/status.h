/* How functions that can fail say so: a status for the program, one sentence for people. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_STATUS_H
#define RACK_STATUS_H

enum status {
	STATUS_OK,
	STATUS_BAD_VALUE, /* the text or number given cannot be used */
	STATUS_UNKNOWN,   /* no such slot, parameter, module, preset or address */
	STATUS_FULL,      /* a fixed limit is reached; nothing was changed */
	STATUS_NO_MEMORY,
	STATUS_IO,          /* the operating system said no; the reason holds its words */
	STATUS_UNAVAILABLE, /* right in itself, but not possible now (no server, not running) */
};

/* One sentence without a full stop, always terminated. Callers that know the file or address put it in front. */
struct reason {
	char text[256];
};

/* Writes the sentence (reason may be NULL) and hands the status back, so that a failure is one line. What a terminal
 * might obey is taken out: sentences quote files, names and messages. */
enum status reason_set(struct reason *reason, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
