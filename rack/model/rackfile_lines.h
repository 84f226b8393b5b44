/* The lines of a rack file or of another in its shape, between what cuts it and who reads it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_RACKFILE_LINES_H
#define RACK_RACKFILE_LINES_H

#include "rack/model/rackfile.h"

/* A piece of the text. */
struct span {
	uint32_t start, length;
};

enum line_kind { LINE_BLANK, LINE_COMMENT, LINE_SECTION, LINE_KEY, LINE_BAD };

/* What a key stands for, where it is no row's index. */
enum { KEY_UNKNOWN = -1, KEY_FORMAT = -2, KEY_TITLE = -3, KEY_RATE = -4, KEY_LEAST = KEY_RATE };

struct line {
	enum line_kind kind;
	struct span whole;   /* with its line end, without a byte order mark */
	struct span name;    /* SECTION: the type; KEY: the key */
	struct span value;   /* SECTION: the id, empty if there is none; KEY: the value */
	const char *problem; /* BAD: a sentence */
	bool no_text;        /* BAD: bytes that no text has */
	int param;           /* KEY: row of the slot or of the rack, or one of the above */
	float number;        /* KEY that is a row: what it says */
	bool counts;         /* KEY: no later line of its section sets the same */
};

/* Lines lead .. header - 1 are the comments directly above, header + 1 .. end - 1 its keys and what stands between
 * them, end .. next - 1 blank lines. */
struct section {
	uint32_t lead, header, end, next;
	bool is_rack;
	const struct module *module; /* NULL: [rack], or a module that is not known */
	char id[RACK_ID_SIZE];       /* of a slot */
};

struct rackfile {
	char *text; /* terminated; owns a copy */
	uint32_t size;
	uint32_t n_mark; /* bytes of the byte order mark: 0 or 3 */
	uint32_t n_lines, n_sections;
	struct line *lines;
	struct section *sections;
	char title[RACK_TITLE_SIZE];
};

/* Cuts text into lines and sections (by their shape only). NULL: no memory. */
struct rackfile *rackfile_cut(const char *text, uint32_t size);

/* Copies a piece and terminates it; false when it had to be cut to fit. */
bool rackfile_copy(const struct rackfile *, struct span, char *to, size_t size);

/* "club.rack:12", of long names the end. line counts from 0; UINT32_MAX: the file as a whole. */
enum { RACKFILE_PLACE_SIZE = 132 };
void rackfile_place(const char *name, uint32_t line, char *place, size_t size);

#endif
