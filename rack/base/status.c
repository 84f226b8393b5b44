/* Writes the one sentence that goes with a status. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "rack/base/status.h"

#include "rack/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

enum status reason_set(struct reason *reason, enum status status, const char *format, ...)
{
	if (!reason)
		return status;
	char text[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	utf8_copy(reason->text, sizeof reason->text, text);
	return status;
}
