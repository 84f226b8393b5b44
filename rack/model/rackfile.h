/* Rack files: text into a rack and back, keeping comments, order and what is not understood. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RACK_RACKFILE_H
#define RACK_RACKFILE_H

#include "rack/model/rack.h"

enum {
	RACKFILE_SIZE_MAX = 256 * 1024, /* bytes of text that are read */
	RACKFILE_FORMAT = 1,
};

/* The lines of a file, as they were read. */
struct rackfile;

/* Called for each warning, e.g. place "club.rack:12", text "unknown parameter 'colour', kept". */
typedef void rackfile_warn(void *user, const char *place, const char *text);

/* Called for each error, e.g. "club.rack:12: the value is missing". */
typedef void rackfile_refused(void *user, const char *text);

/* Parses text (size bytes, need not be terminated). name is what errors call the file ("club.rack:12: REASON").
 * On success *rack is filled and *file (if file is not NULL) holds the lines; on failure neither is touched.
 * BAD_VALUE, NO_MEMORY. warn may be NULL. Control or worker thread. */
enum status rackfile_parse(const char *name, const char *text, size_t size, struct rack *rack, struct rackfile **file,
	rackfile_warn *warn, void *user, struct reason *reason);

/* Reads the same way, but on behind errors, and tells all of them (but none of keys below a section that cannot be
 * used). True: rackfile_parse takes it. */
bool rackfile_check(const char *name, const char *text, size_t size, rackfile_warn *, rackfile_refused *, void *user);

/* The text for this rack: the lines of file (may be NULL) with changed values rewritten in place, new keys and sections
 * added, removed slots dropped, sections in chain order. Rows at their default that the file does not mention are left
 * out. malloc()ed and terminated; NULL: no memory. Printing what was just parsed gives the same bytes back. */
char *rackfile_print(const struct rack *rack, const struct rackfile *file);

void rackfile_free(struct rackfile *);

#endif
