/* How far long work is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "src/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

void progress_start(struct progress *p, const char *what, uint32_t rate, uint64_t whole)
{
	*p = (struct progress){ what, rate, whole, isatty(STDERR_FILENO), UINT64_MAX };
}

void progress_show(struct progress *p, uint64_t done)
{
	if (!p->terminal)
		return;
	uint64_t now = p->whole ? 100 * done / p->whole : done / p->rate;
	if (now == p->shown)
		return;
	p->shown = now;
	fprintf(stderr, "\r%s %3" PRIu64 " %s", p->what, now, p->whole ? "%" : "s");
}

void progress_end(struct progress *p)
{
	if (p->terminal && p->shown != UINT64_MAX)
		fputs("\r\033[K", stderr);
}
