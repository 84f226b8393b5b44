/* One OSC message, taken apart from bytes or put together into bytes, by liblo. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef OSC_MESSAGE_H
#define OSC_MESSAGE_H

#include <lo/lo.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Strings live until message_close. */
struct message {
	const char *address;
	const char *types; /* one letter an argument, no comma */
	int n;             /* arguments */
	lo_arg **args;     /* not aligned for 64-bit loads: read them with the functions below */
	lo_message body;
};

/* data: one message that packet_fault found valid. False: no memory, or packet_unreadable() says why. */
bool message_open(struct message *, const uint8_t *data, size_t size);
void message_close(struct message *);

/* Argument index as a number, of any of i h f d T F. False: there is none, or it is something else. */
bool message_number(const struct message *, int index, double *number);
const char *message_text(const struct message *, int index); /* NULL: there is none, or it is no string */

/* Adds arguments to a body: types of i f d h s T F N, then their values (T F N take none). */
void message_add(lo_message body, const char *types, ...);
void message_add_list(lo_message body, const char *types, va_list values);

/* The same arguments with 1 and 0 for T and F, for clients that cannot read these; the caller frees it. NULL: no
 * memory. 64-bit types become f. */
bool message_has_switches(lo_message body);
lo_message message_with_numbers(lo_message body);

/* Bytes written, 0: it does not fit. */
size_t message_write(const char *address, lo_message body, uint8_t *bytes, size_t size);

/* Replaces what a terminal or log might obey (control characters, bytes beyond ASCII) by '?'. */
void message_clean(char *text);

#endif
