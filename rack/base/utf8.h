/* UTF-8 from untrusted sources (network, files): read character by character, made safe to print. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_UTF8_H
#define RACK_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character that text starts with, and its code; 0 where it is not UTF-8 (RFC 3629: no overlong forms,
 * surrogates or beyond U+10FFFF), *code is undefined then. The terminator counts as a character of one byte. */
size_t utf8_decode(const char *text, uint32_t *code);

/* False for what a terminal might obey: control characters (C0, C1, DEL), line and direction marks, private and tag
 * characters. */
bool utf8_printable(uint32_t code);

/* Copies text into out (size bytes, terminated), cut at a whole character. What is not printable and what is not UTF-8
 * becomes '?', one for each byte or character. */
void utf8_copy(char *out, size_t size, const char *text);

#endif
