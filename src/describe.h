/* What the forms of `lacquer describe` share: the whole table of modules for people, as JSON, as a manual page. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SRC_DESCRIBE_H
#define SRC_DESCRIBE_H

#include "rack/model/registry.h"

/* Rows that differ by a number in their id only, as people read them: "band1..8/freq". */
struct row_group {
	const struct param *row; /* the first */
	char id[64];
	char range[400];    /* "-24 .. 24 dB", "off, on", the names of choices */
	char defaults[400]; /* one, or one for each */
};

/* The group that starts at a row; false when the row belongs to an earlier one. */
bool describe_group(const struct param *rows, uint32_t n, uint32_t index, struct row_group *);

/* module NULL: all, with what every slot and the rack have, and the OSC map. */
void describe_text(const struct module *);
void describe_json(const struct module *);
void describe_man(void);
void describe_markdown(const struct module *);

#endif
